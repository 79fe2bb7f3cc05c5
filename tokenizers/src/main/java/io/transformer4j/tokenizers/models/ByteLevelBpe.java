package io.transformer4j.tokenizers.models;

import io.transformer4j.tokenizers.pretokenizers.Gpt2Splitter;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.Utf8;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * GPT-2's splitting and a {@link Bpe} model over bytes, from text to ids in one pass.
 *
 * <p>Words repeat, so each is merged once and then found in a {@link WordCache}. The caches are borrowed by the encoding thread and
 * given back, which makes this class thread-safe without locks and without thread-local leftovers.
 */
public final class ByteLevelBpe {

    private static final int POOL_SIZE = 64;
    private static final int KEPT_CHARS = 1 << 20;

    private final Bpe model;
    private final AtomicReferenceArray<Scratch> pool = new AtomicReferenceArray<>(POOL_SIZE);

    private ByteLevelBpe(Bpe model) {
        this.model = model;
    }

    /** The fast form of {@code model}, if it can take any byte: all 256 in its vocabulary, nothing put before or behind characters. */
    public static Optional<ByteLevelBpe> of(Bpe model) {
        boolean plain = model.continuingSubwordPrefix() == null && model.endOfWordSuffix() == null;
        for (int b = 0; b < 256; b++) {
            plain &= model.byteId(b) >= 0;
        }
        return plain ? Optional.of(new ByteLevelBpe(model)) : Optional.empty();
    }

    /** Borrowed memory of one encoding. */
    private static final class Scratch {
        char[] chars = new char[1024];
        final WordCache cache = new WordCache();
        final SymbolMerger symbols = new SymbolMerger();
    }

    /**
     * Appends the tokens of {@code text[from, to)}.
     *
     * @param addPrefixSpace whether to put a space before a text that doesn't begin with one
     * @return the number for the next word
     */
    public int encode(String text, int from, int to, boolean addPrefixSpace, int firstWord, TokenBuffer out) {
        if (from == to) {
            return firstWord;
        }
        int slot = (int) Thread.currentThread().getId() & (POOL_SIZE - 1);
        Scratch scratch = pool.getAndSet(slot, null);
        if (scratch == null) {
            scratch = new Scratch();
        }
        int prefix = addPrefixSpace && text.charAt(from) != ' ' ? 1 : 0;
        int length = to - from + prefix;
        char[] chars = scratch.chars.length >= length ? scratch.chars : new char[length];
        if (prefix == 1) {
            chars[0] = ' ';
        }
        text.getChars(from, to, chars, prefix);
        if (length <= KEPT_CHARS) {
            scratch.chars = chars;
        }
        int word = firstWord;
        for (int start = 0; start < length; word++) {
            int end = Gpt2Splitter.next(chars, start, length);
            encodeWord(scratch, chars, start, end, from - prefix, word, out);
            start = end;
        }
        if (prefix == 1) {
            moveOffPrefix(text, from, to, firstWord, word, out);
        }
        pool.set(slot, scratch);
        return word;
    }

    /** The space that was put before the text shares the span of the first character. */
    private static void moveOffPrefix(String text, int from, int to, int firstWord, int nextWord, TokenBuffer out) {
        int firstEnd = from + (isPair(text, from, to) ? 2 : 1);
        for (int i = out.size() - 1; i >= 0 && out.word(i) >= firstWord && out.word(i) < nextWord; i--) {
            if (out.start(i) < from) {
                out.setSpan(i, from, Math.max(out.end(i), firstEnd));
            }
        }
    }

    private static boolean isPair(String text, int at, int to) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < to
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /** @param shift what to add to positions in {@code chars} for positions in the text */
    private void encodeWord(Scratch scratch, char[] chars, int start, int end, int shift, int word, TokenBuffer out) {
        WordCache cache = scratch.cache;
        int entry = cache.find(chars, start, end);
        if (entry >= 0) {
            int base = start + shift;
            int count = cache.count(entry);
            for (int i = 0; i < count; i++) {
                out.add(cache.id(entry, i), base + cache.start(entry, i), base + cache.end(entry, i), word);
            }
            return;
        }
        int before = out.size();
        mergeWord(scratch.symbols, chars, start, end, shift, word, out);
        cache.add(chars, start, end, out, before, start + shift);
    }

    private void mergeWord(
            SymbolMerger symbols, char[] chars, int start, int end, int shift, int word, TokenBuffer out) {
        if (model.ignoreMerges()) {
            int whole = model.vocabulary().id(bytesAsText(chars, start, end));
            if (whole >= 0) {
                out.add(whole, start + shift, end + shift, word);
                return;
            }
        }
        symbols.clear();
        byte[] utf8 = new byte[4];
        for (int i = start; i < end; ) {
            int codePoint = codePointAt(chars, i, end);
            int bytes = Utf8.encode(codePoint, utf8, 0);
            for (int b = 0; b < bytes; b++) {
                symbols.add(model.byteId(utf8[b] & 0xFF), 1);
            }
            i += Character.charCount(codePoint);
        }
        symbols.merge(model.table());
        emit(symbols, chars, start, end, shift, word, out);
    }

    /** Each token gets the span of the characters that its bytes touch. */
    private static void emit(
            SymbolMerger symbols, char[] chars, int start, int end, int shift, int word, TokenBuffer out) {
        int charStart = start;
        int codePoint = codePointAt(chars, start, end);
        int charEnd = start + Character.charCount(codePoint);
        int byteEnd = Utf8.length(codePoint); // of the character at charStart
        int from = 0;
        for (int s = 0; s < symbols.size(); s++) {
            int to = from + symbols.length(s);
            int tokenStart = -1;
            while (true) {
                if (byteEnd > from && tokenStart < 0) {
                    tokenStart = charStart;
                }
                if (byteEnd >= to) {
                    break;
                }
                charStart = charEnd;
                codePoint = codePointAt(chars, charStart, end);
                charEnd += Character.charCount(codePoint);
                byteEnd += Utf8.length(codePoint);
            }
            out.add(symbols.id(s), tokenStart + shift, charEnd + shift, word);
            from = to;
        }
    }

    private static String bytesAsText(char[] chars, int start, int end) {
        StringBuilder text = new StringBuilder(end - start);
        byte[] utf8 = new byte[4];
        for (int i = start; i < end; ) {
            int codePoint = codePointAt(chars, i, end);
            int bytes = Utf8.encode(codePoint, utf8, 0);
            for (int b = 0; b < bytes; b++) {
                text.append(ByteAlphabet.charOf(utf8[b] & 0xFF));
            }
            i += Character.charCount(codePoint);
        }
        return text.toString();
    }

    private static int codePointAt(char[] chars, int at, int end) {
        char c = chars[at];
        if (!Character.isSurrogate(c)) {
            return c;
        }
        boolean pair = Character.isHighSurrogate(c) && at + 1 < end && Character.isLowSurrogate(chars[at + 1]);
        return pair ? Character.toCodePoint(c, chars[at + 1]) : NormalizedString.REPLACEMENT;
    }

    /** Words and their tokens, by open addressing on flat arrays; emptied when full. */
    private static final class WordCache {

        private static final int MAX_WORD = 64; // in chars; tokens of longer words aren't worth keeping
        private static final int MAX_WORDS = 1 << 15;
        private static final int SLOTS = 2 * MAX_WORDS;
        private static final int FIELDS = 4;
        private static final int MAX_ARENA = 1 << 20;

        /** Per slot: hash, start in {@link #keys}, length of the word (0 = free slot), start in {@link #tokens}. */
        private int[] slots = new int[FIELDS * 256];

        private char[] keys = new char[4096];

        /** Per word: number of tokens, then id and start and end (16 bits each) of each token. */
        private int[] tokens = new int[4096];

        private int words;
        private int keysUsed;
        private int tokensUsed;
        private int missedHash;

        int find(char[] chars, int start, int end) {
            if (end - start > MAX_WORD) {
                return -1;
            }
            int hash = 0;
            for (int i = start; i < end; i++) {
                hash = 31 * hash + chars[i];
            }
            hash *= 0x9E3779B9;
            hash ^= hash >>> 15;
            missedHash = hash;
            int mask = slots.length - 1;
            for (int slot = (hash * FIELDS) & mask; slots[slot + 2] != 0; slot = (slot + FIELDS) & mask) {
                if (slots[slot] == hash && slots[slot + 2] == end - start) {
                    int key = slots[slot + 1];
                    if (Arrays.equals(keys, key, key + end - start, chars, start, end)) {
                        return slots[slot + 3];
                    }
                }
            }
            return -1;
        }

        int count(int entry) {
            return tokens[entry];
        }

        int id(int entry, int index) {
            return tokens[entry + 1 + 2 * index];
        }

        int start(int entry, int index) {
            return tokens[entry + 2 + 2 * index] >>> 16;
        }

        int end(int entry, int index) {
            return tokens[entry + 2 + 2 * index] & 0xFFFF;
        }

        /** Keeps the word that {@link #find} has just missed with its tokens, those of {@code out} from {@code first} on. */
        void add(char[] chars, int start, int end, TokenBuffer out, int first, int base) {
            int length = end - start;
            if (length > MAX_WORD) {
                return;
            }
            if (words == MAX_WORDS || keysUsed + length > MAX_ARENA || tokensUsed > MAX_ARENA) {
                Arrays.fill(slots, 0);
                words = 0;
                keysUsed = 0;
                tokensUsed = 0;
            } else if (2 * FIELDS * (words + 1) > slots.length && slots.length < FIELDS * SLOTS) {
                rehash();
            }
            int count = out.size() - first;
            if (keysUsed + length > keys.length) {
                keys = Arrays.copyOf(keys, 2 * keys.length);
            }
            if (tokensUsed + 1 + 2 * count > tokens.length) {
                tokens = Arrays.copyOf(tokens, 2 * tokens.length);
            }
            int slot = free(slots, missedHash);
            slots[slot] = missedHash;
            slots[slot + 1] = keysUsed;
            slots[slot + 2] = length;
            slots[slot + 3] = tokensUsed;
            System.arraycopy(chars, start, keys, keysUsed, length);
            keysUsed += length;
            tokens[tokensUsed++] = count;
            for (int i = first; i < out.size(); i++) {
                tokens[tokensUsed++] = out.id(i);
                tokens[tokensUsed++] = ((out.start(i) - base) << 16) | (out.end(i) - base);
            }
            words++;
        }

        private static int free(int[] slots, int hash) {
            int mask = slots.length - 1;
            int slot = (hash * FIELDS) & mask;
            while (slots[slot + 2] != 0) {
                slot = (slot + FIELDS) & mask;
            }
            return slot;
        }

        private void rehash() {
            int[] larger = new int[4 * slots.length];
            for (int slot = 0; slot < slots.length; slot += FIELDS) {
                if (slots[slot + 2] != 0) {
                    System.arraycopy(slots, slot, larger, free(larger, slots[slot]), FIELDS);
                }
            }
            slots = larger;
        }
    }
}
