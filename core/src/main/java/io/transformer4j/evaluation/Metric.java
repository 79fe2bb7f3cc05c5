package io.transformer4j.evaluation;

import java.util.List;

/**
 * A measure of written texts against references. Each pair of texts is counted once; the score of a corpus, and of any
 * sample of it, follows from the sums of these counts. Implementations are immutable and thread-safe.
 */
public interface Metric {
    /** What it is called, such as {@code BLEU}. */
    String name();

    /**
     * Counts of one text.
     *
     * @param hypothesis the text
     * @param references at least one text that it could have been
     */
    double[] statistics(String hypothesis, List<String> references);

    /** The score that belongs to the sums of some texts' {@link #statistics}, in percent. */
    double score(double[] sums);

    /** Whether a high score is a good one. */
    default boolean greaterIsBetter() {
        return true;
    }

    /**
     * All settings that the score depends on, in the form that sacreBLEU made customary.
     *
     * @param references for each text
     * @param bootstrap samples and seed of a confidence interval, such as {@code bs:1000|seed:12345|}; empty without
     */
    String signature(int references, String bootstrap);
}
