package io.transformer4j.data;

import java.util.Arrays;

/** ASCII letters as tokens, one id where a word begins and another inside it; white space is dropped. */
record LetterEncoder(int vocabSize) implements TextEncoder {
    static final SpecialTokens SPECIAL = new SpecialTokens(0, 1, 2, 3, 4, 5);
    private static final int FIRST = 6;
    private static final int ASCII = 128;

    LetterEncoder() {
        this(FIRST + 2 * ASCII);
    }

    @Override
    public int[] encode(String text) {
        int[] ids = new int[text.length()];
        int count = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                inside = false;
            } else {
                ids[count++] = c >= ASCII ? SPECIAL.unk() : vocabSize - 2 * ASCII + (inside ? ASCII : 0) + c;
                inside = true;
            }
        }
        return Arrays.copyOf(ids, count);
    }

    /** The text of ids without special tokens, one blank between words. */
    String decode(int... ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            if (SPECIAL.contains(id)) {
                text.append('<').append(id).append('>');
            } else {
                text.append(continuesWord(id) || text.isEmpty() ? "" : " ");
                text.append((char) ((id - vocabSize + 2 * ASCII) % ASCII));
            }
        }
        return text.toString();
    }

    @Override
    public boolean continuesWord(int id) {
        return id >= vocabSize - ASCII;
    }

    @Override
    public SpecialTokens specialTokens() {
        return SPECIAL;
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of(new byte[] {(byte) (vocabSize >> 16), (byte) (vocabSize >> 8), (byte) vocabSize});
    }
}
