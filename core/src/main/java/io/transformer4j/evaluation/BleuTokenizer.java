package io.transformer4j.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How BLEU cuts texts into words; the names are sacreBLEU's. */
public enum BleuTokenizer {
    /** NIST's {@code mteval-v13a}: the usual one for languages with spaces. */
    V13A("13a", BleuTokenizer::mteval),
    /** {@code mteval-v14} with international tokens: all of Unicode's punctuation and symbols are apart. */
    INTL("intl", BleuTokenizer::international),
    /** Each Chinese character is a word, the rest as in {@link #V13A}. */
    ZH("zh", BleuTokenizer::chinese),
    /** Each character is a word. */
    CHAR("char", BleuTokenizer::spread),
    /** Words are between white space already. */
    NONE("none", text -> text);

    private record Rule(Pattern pattern, String replacement) {
        static Rule of(String pattern, String replacement) {
            return new Rule(Pattern.compile(pattern), replacement);
        }
    }

    /** Punctuation apart, but not points and commas inside numbers. */
    private static final List<Rule> WESTERN = List.of(
            Rule.of("([{-~\\[-` -&(-+:-@/])", " $1 "),
            Rule.of("([^0-9])([.,])", "$1 $2 "),
            Rule.of("([.,])([^0-9])", " $1 $2"),
            Rule.of("([0-9])(-)", "$1 $2 "));

    private static final List<Rule> UNICODE = List.of(
            Rule.of("(\\P{N})(\\p{P})", "$1 $2 "), Rule.of("(\\p{P})(\\P{N})", " $1 $2"), Rule.of("(\\p{S})", " $1 "));

    /**
     * First and last of each block that counts as Chinese. The second and third don't stand in Unicode's tables: the
     * original means the blocks beyond U+FFFF but writes them in a way that gives these, and scores depend on it.
     */
    private static final int[][] CHINESE = {
        {0x3400, 0x4DB5}, {0x2001, 0x2A6D}, {0x2F81, 0x2FA1}, {0x4E00, 0x9FA5}, {0x9FA6, 0x9FBB}, {0xF900, 0xFA2D},
        {0xFA30, 0xFA6A}, {0xFA70, 0xFAD9}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF}, {0x3000, 0x303F}, {0x31C0, 0x31EF},
        {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F},
        {0x2600, 0x26FF}, {0x2700, 0x27BF}, {0x3200, 0x32FF}, {0x3300, 0x33FF}
    };

    private final String label;
    private final UnaryOperator<String> spaces;

    BleuTokenizer(String label, UnaryOperator<String> spaces) {
        this.label = label;
        this.spaces = spaces;
    }

    /** The words of a text. */
    List<String> tokenize(String text) {
        return Words.split(spaces.apply(Words.stripEnd(text)));
    }

    /**
     * The tokenizer that sacreBLEU calls {@code name}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static BleuTokenizer of(String name) {
        for (BleuTokenizer tokenizer : values()) {
            if (tokenizer.label.equals(name.toLowerCase(Locale.ROOT))) {
                return tokenizer;
            }
        }
        throw new IllegalArgumentException(
                "the tokenizer must be one of 13a, intl, zh, char or none, but is \"" + name + "\"");
    }

    private static String mteval(String text) {
        String line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ');
        if (line.indexOf('&') >= 0) {
            line = line.replace("&quot;", "\"")
                    .replace("&amp;", "&")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">");
        }
        return apply(WESTERN, " " + line + " ");
    }

    private static String international(String text) {
        return apply(UNICODE, text);
    }

    private static String chinese(String text) {
        String spread = Words.strip(text)
                .codePoints()
                .mapToObj(codePoint -> isChinese(codePoint)
                        ? " " + Character.toString(codePoint) + " "
                        : Character.toString(codePoint))
                .collect(Collectors.joining());
        return apply(WESTERN, spread);
    }

    private static boolean isChinese(int codePoint) {
        for (int[] block : CHINESE) {
            if (block[0] <= codePoint && codePoint <= block[1]) {
                return true;
            }
        }
        return false;
    }

    private static String spread(String text) {
        return text.codePoints().mapToObj(Character::toString).collect(Collectors.joining(" "));
    }

    private static String apply(List<Rule> rules, String text) {
        String line = text;
        for (Rule rule : rules) {
            line = rule.pattern().matcher(line).replaceAll(rule.replacement());
        }
        return line;
    }

    @Override
    public String toString() {
        return label;
    }
}
