package io.transformer4j.evaluation;

import java.util.Map;

/**
 * Cuts English words to their stems (Porter 1980), with the exceptions and changed rules of NLTK, which {@code rouge-score}
 * stems with.
 */
final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = Map.ofEntries(
            Map.entry("sky", "sky"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("news", "news"),
            Map.entry("innings", "inning"),
            Map.entry("inning", "inning"),
            Map.entry("outings", "outing"),
            Map.entry("outing", "outing"),
            Map.entry("cannings", "canning"),
            Map.entry("canning", "canning"),
            Map.entry("howe", "howe"),
            Map.entry("proceed", "proceed"),
            Map.entry("exceed", "exceed"),
            Map.entry("succeed", "succeed"));

    private static final String[] STEP_2 = {
        "ational", "ate", "tional", "tion", "enci", "ence", "anci", "ance", "izer", "ize", "bli", "ble", "alli", "al",
        "entli", "ent", "eli", "e", "ousli", "ous", "ization", "ize", "ation", "ate", "ator", "ate", "alism", "al",
        "iveness", "ive", "fulness", "ful", "ousness", "ous", "aliti", "al", "iviti", "ive", "biliti", "ble", "fulli",
        "ful"
    };
    private static final String[] STEP_3 = {
        "icate", "ic", "ative", "", "alize", "al", "iciti", "ic", "ical", "ic", "ful", "", "ness", ""
    };
    private static final String[] STEP_4 = {
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize"
    };

    private PorterStemmer() {}

    /** The stem of a word in lower case. */
    static String stem(String word) {
        if (IRREGULAR.containsKey(word)) {
            return IRREGULAR.get(word);
        }
        return word.length() <= 2 ? word : finish(derivation(yToI(participle(plural(word)))));
    }

    /** Step 1a. */
    private static String plural(String word) {
        if (word.endsWith("sses") || word.endsWith("ies")) {
            return cut(word, word.endsWith("ies") && word.length() == 4 ? 1 : 2);
        }
        return word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
    }

    /** Step 1b. */
    private static String participle(String word) {
        if (word.endsWith("ied")) {
            return cut(word, word.length() == 4 ? 1 : 2);
        }
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        for (String suffix : new String[] {"ed", "ing"}) {
            String stem = word.endsWith(suffix) ? cut(word, suffix.length()) : "";
            if (hasVowel(stem)) {
                return mended(stem);
            }
        }
        return word;
    }

    /** Gives back what a participle lost, or takes away what it doubled. */
    private static String mended(String stem) {
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        int last = stem.length() - 1;
        if (last > 0 && stem.charAt(last) == stem.charAt(last - 1) && isConsonant(stem, last)) {
            return "lsz".indexOf(stem.charAt(last)) >= 0 ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && endsConsonantVowelConsonant(stem) ? stem + "e" : stem;
    }

    /** Step 1c. */
    private static String yToI(String word) {
        int last = word.length() - 1;
        return word.endsWith("y") && last > 1 && isConsonant(word, last - 1) ? cut(word, 1) + "i" : word;
    }

    /** Steps 2 to 4. */
    private static String derivation(String word) {
        String shorter = replaced(step2(word), STEP_3);
        for (String suffix : STEP_4) {
            if (shorter.endsWith(suffix)) {
                String stem = cut(shorter, suffix.length());
                boolean removable =
                        measure(stem) > 1 && (!"ion".equals(suffix) || stem.endsWith("s") || stem.endsWith("t"));
                return removable ? stem : shorter;
            }
        }
        return shorter;
    }

    private static String step2(String word) {
        if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
            return step2(cut(word, 2));
        }
        String result = replaced(word, STEP_2);
        boolean untouched = result.equals(word) && !endsWithAny(word, STEP_2);
        return untouched && word.endsWith("logi") && measure(cut(word, 3)) > 0 ? cut(word, 1) : result;
    }

    private static boolean endsWithAny(String word, String[] rules) {
        for (int i = 0; i < rules.length; i += 2) {
            if (word.endsWith(rules[i])) {
                return true;
            }
        }
        return false;
    }

    /** The first rule whose suffix fits decides, whether or not its condition holds. */
    private static String replaced(String word, String[] rules) {
        for (int i = 0; i < rules.length; i += 2) {
            if (word.endsWith(rules[i])) {
                String stem = cut(word, rules[i].length());
                return measure(stem) > 0 ? stem + rules[i + 1] : word;
            }
        }
        return word;
    }

    /** Step 5. */
    private static String finish(String word) {
        String result = word;
        if (word.endsWith("e")) {
            String stem = cut(word, 1);
            int measure = measure(stem);
            result = measure > 1 || (measure == 1 && !endsConsonantVowelConsonant(stem)) ? stem : word;
        }
        return result.endsWith("ll") && measure(cut(result, 1)) > 1 ? cut(result, 1) : result;
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }

    /** Whether a letter is a consonant: y is one unless another precedes it. */
    private static boolean isConsonant(String word, int place) {
        boolean consonant = false;
        for (int i = 0; i <= place; i++) {
            char letter = word.charAt(i);
            consonant = "aeiou".indexOf(letter) < 0 && (letter != 'y' || i == 0 || !consonant);
        }
        return consonant;
    }

    private static boolean hasVowel(String stem) {
        for (int i = 0; i < stem.length(); i++) {
            if (!isConsonant(stem, i)) {
                return true;
            }
        }
        return false;
    }

    /** How often a consonant follows a vowel. */
    private static int measure(String stem) {
        int measure = 0;
        for (int i = 1; i < stem.length(); i++) {
            measure += isConsonant(stem, i) && !isConsonant(stem, i - 1) ? 1 : 0;
        }
        return measure;
    }

    /** The last consonant not being w, x or y; or a vowel and a consonant only. */
    private static boolean endsConsonantVowelConsonant(String stem) {
        int last = stem.length() - 1;
        if (last < 1 || !isConsonant(stem, last) || isConsonant(stem, last - 1)) {
            return false;
        }
        return last == 1 || (isConsonant(stem, last - 2) && "wxy".indexOf(stem.charAt(last)) < 0);
    }
}
