package io.transformer4j.finetuning;

import static io.transformer4j.models.PretrainedConfig.check;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.models.LoraConfig;
import io.transformer4j.training.TrainingArguments;
import org.jspecify.annotations.Nullable;

/**
 * How an encoder is fine-tuned, or a head trained on its features.
 *
 * @param epochs passes over the training data
 * @param warmupRatio share of the steps until the peak of the learning rate
 * @param maxLength most tokens of an example; 0 for as many as the model reads
 * @param trainableLayers how many of the encoder's upper layers learn; negative for all, and the embeddings
 * @param layerDecay what the learning rate is multiplied by from one layer to the one below; 1 for the same everywhere
 * @param balancedClasses whether rare classes weigh more, in inverse proportion to their number
 * @param fromScratch whether the encoder starts with random weights, to see what pre-training is worth
 * @param lora adapter that learns instead of the encoder's own weights; null for none
 * @param mergeAdapter whether the adapter is added to the weights at the end, so that a whole model is saved
 * @param training everything else; its {@code maxSteps} and {@code warmupSteps} follow from the above
 */
@RecordBuilder
public record FineTuneSettings(
        int epochs,
        double warmupRatio,
        int maxLength,
        int trainableLayers,
        double layerDecay,
        boolean balancedClasses,
        boolean fromScratch,
        @Nullable LoraConfig lora,
        boolean mergeAdapter,
        TrainingArguments training)
        implements FineTuneSettingsBuilder.With {

    /** As in Devlin et al. 2019, appendix A.3. */
    public static final FineTuneSettings DEFAULTS = new FineTuneSettings(
            3,
            0.1,
            0,
            -1,
            1,
            false,
            false,
            null,
            false,
            TrainingArguments.DEFAULTS.with(a -> a.batchSize(32).learningRate(5e-5)));

    public FineTuneSettings {
        check(epochs > 0, "epochs must be positive, but is %d", epochs);
        check(warmupRatio >= 0 && warmupRatio < 1, "warmupRatio must be in [0, 1), but is %s", warmupRatio);
        check(maxLength >= 0, "maxLength must not be negative, but is %d", maxLength);
        check(layerDecay > 0 && layerDecay <= 1, "layerDecay must be in (0, 1], but is %s", layerDecay);
        check(
                !fromScratch || trainableLayers < 0,
                "fromScratch needs all layers to learn, but trainableLayers is %d",
                trainableLayers);
        check(
                lora == null || (!fromScratch && trainableLayers < 0),
                "an adapter leaves all layers as they are, so it excludes fromScratch and trainableLayers");
        check(!mergeAdapter || lora != null, "mergeAdapter needs an adapter (lora)");
    }

    /** The trainer's arguments for so many examples; every example is seen once in each epoch. */
    TrainingArguments arguments(long examples) {
        long batch = (long) training.batchSize() * training.gradientAccumulationSteps();
        long steps = epochs * ((examples + batch - 1) / batch);
        return training.with(a -> a.maxSteps(steps)
                .warmupSteps(Math.min(steps - 1, Math.round(warmupRatio * steps)))
                .maxTokensPerBatch(Integer.MAX_VALUE)); // batches are bounded by their sequences, and none is left out
    }
}
