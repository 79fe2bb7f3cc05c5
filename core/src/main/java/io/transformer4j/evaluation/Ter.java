package io.transformer4j.evaluation;

import java.util.List;
import java.util.Locale;

/**
 * The translation edit rate (Snover et al. 2006): edits, of which moving a row of words is one, in percent of the words of the
 * references. Low is good. Words are what stands between white space, as sacreBLEU's default has it.
 *
 * @param lowercase whether case doesn't matter
 */
public record Ter(boolean lowercase) implements Metric {
    /** sacreBLEU's default: case doesn't matter. */
    public static final Ter DEFAULT = new Ter(true);

    @Override
    public String name() {
        return "TER";
    }

    /** Edits against the reference that needs the fewest, and the mean length of the references. */
    @Override
    public double[] statistics(String hypothesis, List<String> references) {
        List<String> words = words(hypothesis);
        int fewest = Integer.MAX_VALUE;
        double length = 0;
        for (String reference : references) {
            List<String> others = words(reference);
            fewest = Math.min(fewest, TranslationEdits.count(words, others));
            length += others.size();
        }
        return new double[] {fewest, length / references.size()};
    }

    private List<String> words(String text) {
        return Words.split(lowercase ? text.toLowerCase(Locale.ROOT) : text);
    }

    @Override
    public double score(double[] sums) {
        return sums[1] > 0 ? 100 * sums[0] / sums[1] : sums[0] > 0 ? 100 : 0;
    }

    @Override
    public boolean greaterIsBetter() {
        return false;
    }

    @Override
    public String signature(int references, String bootstrap) {
        return Words.references(references) + "|" + bootstrap + "case:" + (lowercase ? "lc" : "mixed")
                + "|tok:tercom|norm:no|punct:yes|asian:no|" + Words.VERSION;
    }
}
