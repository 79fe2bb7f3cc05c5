package io.transformer4j.corpus;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Splits a paragraph into sentences and tells a whole English sentence from a fragment or a piece of code. */
final class Sentences {

    private static final int MIN_WORDS = 5;
    private static final int MIN_LENGTH = 25;
    private static final int MAX_LENGTH = 400;
    /** Letters, spaces and the punctuation of prose make up at least this part of a sentence. */
    private static final double MIN_PLAIN = 0.94;
    /** At most this part of the words may look like code. */
    private static final double MAX_CODE_WORDS = 0.25;

    /** After these a full stop doesn't end a sentence. */
    private static final Pattern ABBREVIATION = Pattern.compile(
            "(?:^|[\\s(\\[])(?:[A-Za-z]|e\\.g|i\\.e|cf|vs|viz|resp|approx|incl|excl|etc|Fig|fig|Eq|eq|Sec|sec|Ch|No|no|Vol|vol|pp|p"
                    + "|ed|al|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Jr)\\.$");

    private static final Pattern START = Pattern.compile("^[A-Z][A-Za-z,'’-]*[ ,].*");
    private static final Pattern END = Pattern.compile(".*[A-Za-z0-9)'\"][.!?][)\"']?$");
    private static final Pattern UNWANTED = Pattern.compile(
            "(?i)https?:|www\\.|@[a-z]|\\.\\.\\.|[{}<>|\\\\^=_#$%~`*]|::|->|\\bcopyright\\b|licensed under|all rights reserved"
                    + "|\\bTODO\\b|\\bFIXME\\b|\\bsvn\\b|\\bauthor:|\\bauto-?generated\\b");
    /** What begins a clause or a noun phrase that is often given a full stop without being a sentence. */
    private static final Pattern CLAUSE =
            Pattern.compile("^(?:If|When|Whenever|While|Whether|Unless|Once|Because|Where|Which) [^,]*");

    private static final Pattern NOUN_PHRASE = Pattern.compile("^(?:The|A|An|Any|Some|Each|All|No|Optional|Name) .*");
    private static final Pattern TRUTH_VALUE = Pattern.compile("^(?:True|False|Null|Non-null)\\b.*");

    /** Verbs that make a sentence of a noun phrase, as far as a short list can tell. */
    private static final Set<String> FINITE_VERBS = Set.of(
            "is",
            "are",
            "was",
            "were",
            "be",
            "has",
            "have",
            "had",
            "does",
            "do",
            "did",
            "can",
            "cannot",
            "could",
            "may",
            "might",
            "must",
            "shall",
            "should",
            "will",
            "would",
            "contains",
            "provides",
            "returns",
            "allows",
            "means",
            "defines",
            "specifies",
            "uses",
            "takes",
            "represents",
            "supports",
            "makes",
            "gives",
            "requires",
            "depends");

    private static final Set<String> FUNCTION_WORDS = Set.of(
            "a", "an", "the", "this", "that", "these", "those", "it", "its", "is", "are", "be", "been", "was", "were",
            "will", "can", "may", "must", "should", "has", "have", "had", "does", "do", "not", "no", "of", "to", "in",
            "on", "for", "with", "by", "from", "at", "as", "if", "when", "while", "and", "or", "but", "so", "than",
            "then", "there", "which", "who", "whether", "each", "any", "all", "you", "we", "they", "into", "only");

    private Sentences() {}

    /** The sentences of a paragraph in order, good or bad. */
    static List<String> split(String paragraph) {
        BreakIterator boundaries = BreakIterator.getSentenceInstance(Locale.ENGLISH);
        boundaries.setText(paragraph);
        List<String> sentences = new ArrayList<>();
        int start = boundaries.first();
        for (int end = boundaries.next(); end != BreakIterator.DONE; end = boundaries.next()) {
            String sentence = paragraph.substring(start, end).strip();
            boolean ends =
                    end == paragraph.length() || !ABBREVIATION.matcher(sentence).find();
            if (ends) {
                sentences.add(sentence);
                start = end;
            }
        }
        return sentences;
    }

    /** Whether this is a whole sentence in plain English. */
    static boolean isClean(String sentence) {
        return sentence.length() >= MIN_LENGTH
                && sentence.length() <= MAX_LENGTH
                && START.matcher(sentence).matches()
                && END.matcher(sentence).matches()
                && !UNWANTED.matcher(sentence).find()
                && isPlain(sentence)
                && isBalanced(sentence)
                && isEnglish(sentence);
    }

    /** What two sentences have in common that differ only in case, numbers and punctuation. */
    static String key(String sentence) {
        StringBuilder key = new StringBuilder(sentence.length());
        for (int i = 0; i < sentence.length(); i++) {
            char c = sentence.charAt(i);
            if (Character.isLetter(c)) {
                key.append(Character.toLowerCase(c));
            }
        }
        return key.toString();
    }

    private static boolean isPlain(String sentence) {
        int plain = 0;
        for (int i = 0; i < sentence.length(); i++) {
            char c = sentence.charAt(i);
            if (c >= 0x80) {
                return false;
            }
            if (Character.isLetter(c) || " ,.'-".indexOf(c) >= 0) {
                plain++;
            }
        }
        return plain >= MIN_PLAIN * sentence.length();
    }

    private static boolean isEnglish(String sentence) {
        int words = 0;
        int codeWords = 0;
        int functionWords = 0;
        boolean finite = false;
        for (String written : sentence.split(" ", -1)) {
            String word = withoutPunctuation(written);
            String lowerCase = word.toLowerCase(Locale.ROOT);
            words++;
            codeWords += looksLikeCode(word) ? 1 : 0;
            functionWords += FUNCTION_WORDS.contains(lowerCase) ? 1 : 0;
            finite |= FINITE_VERBS.contains(lowerCase);
        }
        boolean fragment = CLAUSE.matcher(sentence).matches()
                || TRUTH_VALUE.matcher(sentence).matches()
                || (!finite && NOUN_PHRASE.matcher(sentence).matches());
        return words >= MIN_WORDS && codeWords <= MAX_CODE_WORDS * words && functionWords >= 2 && !fragment;
    }

    private static String withoutPunctuation(String word) {
        int start = 0;
        int end = word.length();
        while (start < end && !Character.isLetterOrDigit(word.charAt(start))) {
            start++;
        }
        while (end > start && !Character.isLetterOrDigit(word.charAt(end - 1))) {
            end--;
        }
        return word.substring(start, end);
    }

    /** Whether a word has a capital or a symbol inside, or a digit anywhere. */
    private static boolean looksLikeCode(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean innerCapital = i > 0 && Character.isUpperCase(c) && Character.isLowerCase(word.charAt(i - 1));
            boolean symbol = !Character.isLetter(c) && c != '-' && c != '\'';
            if (innerCapital || symbol) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBalanced(String sentence) {
        int depth = 0;
        int quotes = 0;
        for (int i = 0; i < sentence.length(); i++) {
            char c = sentence.charAt(i);
            depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
            quotes += c == '"' ? 1 : 0;
            if (depth < 0) {
                return false;
            }
        }
        return depth == 0 && quotes % 2 == 0;
    }
}
