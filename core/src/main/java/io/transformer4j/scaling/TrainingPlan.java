package io.transformer4j.scaling;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to train.
 *
 * @param budget in words
 * @param law source of the law, in words
 * @param parameterCount what N counts
 * @param optimum the compute-optimal allocation
 * @param level of the intervals
 * @param parametersInterval of the optimum's N; null without bootstrap draws
 * @param tokensInterval of the optimum's D; null without bootstrap draws
 * @param shape the nearest model
 * @param shapeParameters its parameters, all of them
 * @param planned N of the shape, D of whole steps, and the loss predicted for them
 * @param lossInterval of the predicted loss, from the uncertainty of the law alone; null without bootstrap draws
 * @param computeFactor its compute over the least that reaches this loss
 * @param batchTokens tokens per optimizer step
 * @param batchSequences sequences per optimizer step
 * @param steps optimizer steps
 * @param learningRate peak learning rate
 * @param trainingFlops exact, of all matrix products
 * @param stateBytes weights, gradients, optimizer
 * @param activationBytesPerSequence needed for each sequence of a micro-batch
 * @param smallerModels what it costs to train smaller models to the optimum's loss
 * @param criticalParameters below which no amount of data reaches that loss
 * @param inference the cheapest model over its life; null if no served tokens were given
 * @param warnings sentences
 */
public record TrainingPlan(
        String budget,
        String law,
        ParameterCount parameterCount,
        Allocation optimum,
        double level,
        @Nullable Interval parametersInterval,
        @Nullable Interval tokensInterval,
        ModelShape shape,
        long shapeParameters,
        Allocation planned,
        @Nullable Interval lossInterval,
        double computeFactor,
        long batchTokens,
        long batchSequences,
        long steps,
        double learningRate,
        double trainingFlops,
        double stateBytes,
        double activationBytesPerSequence,
        List<SmallerModel> smallerModels,
        double criticalParameters,
        @Nullable InferenceOptimum inference,
        List<String> warnings) {

    /**
     * A model smaller than the optimum that reaches the same loss by training on more tokens (de Vries 2023, "Go smol or go home").
     *
     * @param fraction of the optimum's N
     * @param tokens needed; infinite if no amount is enough
     * @param computeFactor its training compute over the optimum's
     */
    public record SmallerModel(double fraction, double parameters, double tokens, double computeFactor) {}

    /**
     * The least 6ND + 2NT for the optimum's loss (Sardana et al. 2023, "Beyond Chinchilla-Optimal", eq. 2).
     *
     * @param servedTokens T, read or written in use
     * @param model N and D
     * @param trainingFlops 6ND
     * @param inferenceFlops 2NT
     * @param saving part of the training and inference FLOPs of the compute-optimal model that is saved
     */
    public record InferenceOptimum(
            double servedTokens, Allocation model, double trainingFlops, double inferenceFlops, double saving) {}

    /** Copies the lists. */
    public TrainingPlan {
        smallerModels = List.copyOf(smallerModels);
        warnings = List.copyOf(warnings);
    }

    /** As indented JSON; a number of tokens that is infinite becomes a string. */
    public String toJson() {
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    }
}
