package io.transformer4j.tokenizers.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Character classes and mappings as Hugging Face {@code tokenizers} has them, independent of the JDK's Unicode version.
 *
 * <p>The peer mixes Unicode versions from 8 to 17, Java's depends on the release; so the tables were taken from the peer itself,
 * code point by code point ({@code benchmarks/tokenizers/unicode_tables.py}), and travel as a resource of this module.
 * All methods accept any code point from 0 to U+10FFFF; surrogates are in no class. Thread-safe.
 */
public final class UnicodeTables {

    private static final String RESOURCE = "unicode.txt";
    private static final int BLOCK_BITS = 7;
    private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;
    private static final int CODE_POINTS = Character.MAX_CODE_POINT + 1;

    private static final List<String> SETS = List.of(
            "control",
            "whitespace",
            "punctuation",
            "chinese",
            "nonspacing",
            "mark",
            "letter",
            "number",
            "numeric",
            "word");
    private static final int CONTROL = 1;
    private static final int WHITESPACE = 1 << 1;
    private static final int PUNCTUATION = 1 << 2;
    private static final int CHINESE = 1 << 3;
    private static final int NONSPACING = 1 << 4;
    private static final int MARK = 1 << 5;
    private static final int LETTER = 1 << 6;
    private static final int NUMBER = 1 << 7;
    private static final int NUMERIC = 1 << 8;
    private static final int WORD = 1 << 9;
    private static final int CLASS_SHIFT = 16;
    private static final int CLASS_MASK = 0xFF;
    private static final int GRAPHEME_SHIFT = 10;
    private static final int GRAPHEME_MASK = 0xF;
    private static final int SCRIPT_SHIFT = 24;

    /** What a code point is to {@link Graphemes}; the order is that of the numbers in {@link #properties}. */
    enum GraphemeClass {
        OTHER,
        CONTROL,
        EXTEND,
        NONJOINER,
        LINKER,
        SPACING,
        PREPEND,
        LEADING,
        VOWEL,
        FINAL,
        PICTOGRAPHIC,
        CONSONANT;

        private static final List<GraphemeClass> BY_NUMBER = List.of(values());
    }

    private static final UnicodeTables TABLES = load();

    /**
     * Per code point: the set bits above, the grapheme class from bit 10 on, the canonical combining class from bit 16, the script from
     * bit 24; two stages, equal blocks shared.
     */
    private final int[] properties;

    private final char[] blockStart;
    private final Mapping lowercase;
    private final Mapping canonical;
    private final Mapping compatible;
    private final long[] compositionKeys;
    private final int[] compositions;

    private UnicodeTables(int[] flat, Map<String, Mapping> mappings, long[] compositionKeys, int[] compositions) {
        this.blockStart = new char[CODE_POINTS >> BLOCK_BITS];
        this.properties = shareBlocks(flat, blockStart);
        this.lowercase = mappings.get("lowercase");
        this.canonical = mappings.get("canonical");
        this.compatible = mappings.get("compatible");
        this.compositionKeys = compositionKeys;
        this.compositions = compositions;
    }

    /** Dropped by BERT's text cleaning: controls but for tab, line feed and carriage return, format and private-use characters. */
    public static boolean isControl(int codePoint) {
        return has(codePoint, CONTROL);
    }

    /** Unicode {@code White_Space}, which is also {@code \s} of GPT-2's pattern. */
    public static boolean isWhitespace(int codePoint) {
        return has(codePoint, WHITESPACE);
    }

    /** Punctuation as BERT means it: all ASCII symbols and Unicode's category P. */
    public static boolean isPunctuation(int codePoint) {
        return has(codePoint, PUNCTUATION);
    }

    /** The CJK ideographs around which BERT puts spaces. */
    public static boolean isChinese(int codePoint) {
        return has(codePoint, CHINESE);
    }

    /** Category Mn, dropped by BERT's {@code strip_accents}. */
    public static boolean isNonspacingMark(int codePoint) {
        return has(codePoint, NONSPACING);
    }

    /** Category M, dropped by the {@code StripAccents} normalizer. */
    public static boolean isMark(int codePoint) {
        return has(codePoint, MARK);
    }

    /** {@code \p{L}} of GPT-2's pattern. */
    public static boolean isLetter(int codePoint) {
        return has(codePoint, LETTER);
    }

    /** {@code \p{N}} of GPT-2's pattern. */
    public static boolean isNumber(int codePoint) {
        return has(codePoint, NUMBER);
    }

    /** What the {@code Digits} pre-tokenizer takes as a digit: categories Nd, Nl and No. */
    public static boolean isNumeric(int codePoint) {
        return has(codePoint, NUMERIC);
    }

    /** {@code \w}: letters, marks, decimal digits and connectors. */
    public static boolean isWord(int codePoint) {
        return has(codePoint, WORD);
    }

    /** The canonical combining class, 0 for starters. */
    public static int combiningClass(int codePoint) {
        return (TABLES.propertiesOf(codePoint) >>> CLASS_SHIFT) & CLASS_MASK;
    }

    /** As the tables have it: Hangul's composed syllables, regional indicators and ZWJ are left to {@link Graphemes}. */
    static GraphemeClass graphemeClass(int codePoint) {
        return GraphemeClass.BY_NUMBER.get((TABLES.propertiesOf(codePoint) >>> GRAPHEME_SHIFT) & GRAPHEME_MASK);
    }

    /** A number for the script as the {@code UnicodeScripts} pre-tokenizer means it; 0 for what is in none or in any. */
    public static int script(int codePoint) {
        return TABLES.propertiesOf(codePoint) >>> SCRIPT_SHIFT;
    }

    /** The full lower-case mapping without context (no final sigma, no locale), or null if the code point maps to itself. */
    public static int @Nullable [] lowercase(int codePoint) {
        return TABLES.lowercase.get(codePoint);
    }

    /**
     * The full decomposition without reordering, Hangul syllables excepted, or null if there is none.
     *
     * @param compatibility whether compatibility mappings (NFKD) are wanted beside the canonical ones (NFD)
     */
    static int @Nullable [] decomposition(int codePoint, boolean compatibility) {
        int[] mapped = compatibility ? TABLES.compatible.get(codePoint) : null;
        return mapped != null ? mapped : TABLES.canonical.get(codePoint);
    }

    /** The primary composite of two code points, Hangul excepted, or -1. */
    static int composition(int first, int second) {
        int found = Arrays.binarySearch(TABLES.compositionKeys, pair(first, second));
        return found < 0 ? -1 : TABLES.compositions[found];
    }

    private static boolean has(int codePoint, int bit) {
        return (TABLES.propertiesOf(codePoint) & bit) != 0;
    }

    private int propertiesOf(int codePoint) {
        return properties[(blockStart[codePoint >> BLOCK_BITS] << BLOCK_BITS) | (codePoint & BLOCK_MASK)];
    }

    private static long pair(int first, int second) {
        return ((long) first << 21) | second;
    }

    private static int[] shareBlocks(int[] flat, char[] blockStart) {
        int blockSize = 1 << BLOCK_BITS;
        int[] shared = new int[flat.length];
        Map<List<Integer>, Integer> known = new HashMap<>();
        for (int block = 0; block < blockStart.length; block++) {
            int from = block * blockSize;
            List<Integer> content =
                    Arrays.stream(flat, from, from + blockSize).boxed().toList();
            int number = known.computeIfAbsent(content, ignored -> known.size());
            blockStart[block] = (char) number;
            System.arraycopy(flat, from, shared, number * blockSize, blockSize);
        }
        return Arrays.copyOf(shared, known.size() * blockSize);
    }

    private static UnicodeTables load() {
        int[] flat = new int[CODE_POINTS];
        Map<String, Mapping> mappings = new HashMap<>();
        long[] keys = {};
        int[] composites = {};
        try (InputStream in = UnicodeTables.class.getResourceAsStream(RESOURCE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "#" -> {}
                    case "set" -> mark(flat, words, 1 << SETS.indexOf(words[1]));
                    case "class" -> mark(flat, words, Integer.parseInt(words[1]) << CLASS_SHIFT);
                    case "script" -> mark(flat, words, Integer.parseInt(words[1]) << SCRIPT_SHIFT);
                    case "grapheme" -> mark(flat, words, graphemeNumber(words[1]) << GRAPHEME_SHIFT);
                    case "map" -> mappings.put(words[1], Mapping.parse(words));
                    case "compose" -> {
                        keys = new long[words.length - 1];
                        composites = new int[keys.length];
                        for (int i = 0; i < keys.length; i++) {
                            int[] codes = hexadecimals(words[i + 1]);
                            keys[i] = pair(codes[0], codes[1]);
                            composites[i] = codes[2];
                        }
                    }
                    default -> throw new IllegalStateException(RESOURCE + ": unknown table '" + words[0] + "'");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
        }
        return new UnicodeTables(flat, mappings, keys, composites);
    }

    private static int graphemeNumber(String name) {
        return GraphemeClass.BY_NUMBER.indexOf(GraphemeClass.valueOf(name.toUpperCase(Locale.ROOT)));
    }

    private static void mark(int[] flat, String[] words, int bits) {
        for (int i = 2; i < words.length; i++) {
            int dash = words[i].indexOf('-');
            int first = Integer.parseInt(dash < 0 ? words[i] : words[i].substring(0, dash), 16);
            int last = dash < 0 ? first : Integer.parseInt(words[i].substring(dash + 1), 16);
            for (int c = first; c <= last; c++) {
                flat[c] |= bits;
            }
        }
    }

    private static int[] hexadecimals(String entry) {
        List<Integer> codes = new ArrayList<>();
        for (String code : entry.split("[,>]", -1)) {
            codes.add(Integer.parseInt(code, 16));
        }
        return codes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A sparse map from code points to sequences of code points. */
    private static final class Mapping {

        private final int[] keys;
        private final int[][] values;

        private Mapping(int[] keys, int[][] values) {
            this.keys = keys;
            this.values = values;
        }

        static Mapping parse(String[] words) {
            int[] keys = new int[words.length - 2];
            int[][] values = new int[keys.length][];
            for (int i = 0; i < keys.length; i++) {
                int[] codes = hexadecimals(words[i + 2]);
                keys[i] = codes[0];
                values[i] = Arrays.copyOfRange(codes, 1, codes.length);
            }
            return new Mapping(keys, values);
        }

        int @Nullable [] get(int codePoint) {
            int found = Arrays.binarySearch(keys, codePoint);
            return found < 0 ? null : values[found];
        }
    }
}
