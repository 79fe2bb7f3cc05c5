package io.transformer4j.pretraining;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.data.SequencePacking;

/**
 * How examples are made of text.
 *
 * @param maxLength most tokens in a sequence, special tokens included
 * @param validationFraction share of the text that is held out
 * @param splitByPosition hold out the end of the text instead of whole documents; a corpus of one document is always
 *     split so for causal models
 * @param randomWindows causal models only: windows at random places instead of consecutive blocks
 * @param mlmProbability masked models only: share of the tokens to predict
 * @param wholeWords masked models only: mask all tokens of a word together
 * @param packing masked models without next-sentence prediction only: how sentences become sequences
 */
@RecordBuilder
public record PretrainingSettings(
        Objective objective,
        int maxLength,
        double validationFraction,
        boolean splitByPosition,
        boolean randomWindows,
        double mlmProbability,
        boolean wholeWords,
        SequencePacking packing)
        implements PretrainingSettingsBuilder.With {

    /** Checks the values that the data classes don't check themselves. */
    public PretrainingSettings {
        if (!(validationFraction > 0 && validationFraction < 1)) {
            throw new IllegalArgumentException("validationFraction must be in (0, 1), but is " + validationFraction);
        }
        if (splitByPosition && objective != Objective.CLM) {
            throw new IllegalArgumentException("splitByPosition needs the objective clm, but it is " + objective);
        }
    }

    /** Sensible values for an objective. */
    public static PretrainingSettings of(Objective objective) {
        return new PretrainingSettings(objective, 128, 0.05, false, false, 0.15, false, SequencePacking.DOC_SENTENCES);
    }
}
