package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.pretokenizers.Gpt2Splitter;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.Utf8;
import io.transformer4j.tokenizers.text.WordSink;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The words that a model would get, normalized and cut out: what trainers count.
 *
 * <p>BERT's and GPT-2's stages run fused, others one after the other. Immutable and thread-safe.
 */
public final class WordSplitter {

    private final @Nullable Normalizer normalizer;
    private final @Nullable PreTokenizer preTokenizer;
    private final @Nullable BertCharacterMap bert;
    private final boolean byteLevel;

    public WordSplitter(@Nullable Normalizer normalizer, @Nullable PreTokenizer preTokenizer) {
        this.normalizer = normalizer;
        this.preTokenizer = preTokenizer;
        this.bert = normalizer instanceof BertNormalizer bertNormalizer && preTokenizer instanceof BertPreTokenizer
                ? new BertCharacterMap(bertNormalizer)
                : null;
        this.byteLevel = normalizer == null
                && preTokenizer instanceof ByteLevel bytes
                && bytes.useRegex()
                && !bytes.addPrefixSpace();
    }

    /** Gives the words of {@code text} to {@code sink}, in their order. */
    public void split(String text, WordSink sink) {
        if (byteLevel) {
            splitBytes(text, sink);
        } else if (bert == null || !splitBert(text, bert, sink)) {
            splitByStages(text, sink);
        }
    }

    private void splitByStages(String text, WordSink sink) {
        NormalizedString normalized = NormalizedString.of(text);
        if (normalizer != null) {
            normalizer.normalize(normalized);
        }
        if (normalized.isEmpty()) {
            return;
        }
        PreTokenizedString words = new PreTokenizedString(normalized);
        if (preTokenizer != null) {
            preTokenizer.preTokenize(words);
        }
        for (NormalizedString word : words.pieces()) {
            char[] chars = word.toString().toCharArray();
            sink.accept(chars, 0, chars.length);
        }
    }

    private static void splitBytes(String text, WordSink sink) {
        char[] chars = text.toCharArray();
        char[] word = new char[64];
        byte[] utf8 = new byte[4];
        for (int from = 0; from < chars.length; ) {
            int to = Gpt2Splitter.next(chars, from, chars.length);
            int length = 0;
            if (word.length < 3 * (to - from)) { // a char has at most three bytes, a pair of them four
                word = new char[Math.max(2 * word.length, 3 * (to - from))];
            }
            for (int i = from; i < to; ) {
                if (chars[i] < 0x80) {
                    word[length++] = ByteAlphabet.charOf(chars[i++]);
                    continue;
                }
                int codePoint = Character.codePointAt(chars, i, to);
                i += Character.charCount(codePoint);
                int size = Utf8.encode(NormalizedString.scalar(codePoint), utf8, 0);
                for (int b = 0; b < size; b++) {
                    word[length++] = ByteAlphabet.charOf(utf8[b] & 0xFF);
                }
            }
            sink.accept(word, 0, length);
            from = to;
        }
    }

    /** False if the text holds a character whose form depends on its neighbours, before any word is given out. */
    private static boolean splitBert(String text, BertCharacterMap characters, WordSink sink) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x300
                    && characters.action(NormalizedString.scalar(text.codePointAt(i))) == BertCharacterMap.UNSAFE) {
                return false;
            }
        }
        WordBuffer word = new WordBuffer(sink);
        for (int i = 0; i < text.length(); ) {
            int codePoint = NormalizedString.scalar(text.codePointAt(i));
            i += Character.charCount(codePoint);
            int action = characters.action(codePoint);
            if (action == BertCharacterMap.COMPLEX) {
                characters
                        .expansion(codePoint)
                        .codePoints()
                        .forEach(part -> word.take(BertCharacterMap.normalizedAction(part)));
            } else if (action != BertCharacterMap.DROPPED) {
                word.take(action);
            }
        }
        word.end();
        return true;
    }

    /** Collects the characters of a word. */
    private static final class WordBuffer {

        private final WordSink sink;
        private char[] chars = new char[256];
        private int length;

        WordBuffer(WordSink sink) {
            this.sink = sink;
        }

        /** Does what a {@link BertCharacterMap} says. */
        void take(int action) {
            if (action > 0) {
                append(action);
                return;
            }
            end();
            if (action <= BertCharacterMap.ISOLATED) {
                append(BertCharacterMap.ISOLATED - action);
                end();
            }
        }

        private void append(int codePoint) {
            if (length + 2 > chars.length) {
                chars = Arrays.copyOf(chars, 2 * chars.length);
            }
            length += Character.toChars(codePoint, chars, length);
        }

        void end() {
            if (length > 0) {
                sink.accept(chars, 0, length);
                length = 0;
            }
        }
    }
}
