package io.transformer4j.tokenizers.text;

import java.util.Arrays;

/**
 * GPT-2's one-to-one map between the 256 bytes and printable characters ({@code bytes_to_unicode}): visible Latin-1 characters
 * stand for themselves, all other bytes for U+0100 and up, in order. The space becomes {@code Ġ}.
 */
public final class ByteAlphabet {

    /** What the space byte is written as. */
    public static final char SPACE;

    private static final char[] CHARS = new char[256];
    private static final short[] BYTES = new short[512];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
            CHARS[b] = visible ? (char) b : next++;
            BYTES[CHARS[b]] = (short) b;
        }
        SPACE = CHARS[' '];
    }

    private ByteAlphabet() {}

    /** The character that stands for a byte, given as 0 to 255. */
    public static char charOf(int unsignedByte) {
        return CHARS[unsignedByte];
    }

    /** The byte, 0 to 255, that a character stands for, or -1 if it stands for none. */
    public static int byteOf(int codePoint) {
        return codePoint >= BYTES.length ? -1 : BYTES[codePoint];
    }

    /** Rewrites a text by its UTF-8 bytes; all characters of one code point share its span. */
    public static void apply(NormalizedString text) {
        TransformBuilder bytes = new TransformBuilder(text.length());
        byte[] utf8 = new byte[4];
        for (int i = 0; i < text.length(); i++) {
            int size = Utf8.encode(text.codePointAt(i), utf8, 0);
            for (int b = 0; b < size; b++) {
                bytes.add(CHARS[utf8[b] & 0xFF], b == 0 ? 0 : 1);
            }
        }
        bytes.applyTo(text);
    }
}
