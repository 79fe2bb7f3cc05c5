package io.transformer4j.scaling.sweep;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.scaling.ModelShape;
import io.transformer4j.training.LearningRateSchedule;
import io.transformer4j.training.TrainingArguments;
import java.util.Locale;

/**
 * How every model of a sweep is trained. Models differ in shape and data only; what must follow from these follows by rule:
 *
 * <ul>
 *   <li>peak learning rate {@code learningRate · (learningRateSize / N)^learningRateExponent · (learningRateTokens /
 *       D)^learningRateTokensExponent}, N without embeddings (the form of Bjorck et al. 2024, "Scaling optimal LR across token
 *       horizons": larger models and longer trainings want smaller rates);
 *   <li>cosine decay that ends with the last token (Hoffmann et al. 2022, appendix B: a longer one costs quality), after a warm-up over
 *       a fixed part of the steps;
 *   <li>initial weights of standard deviation {@code 0.02 · √(768 / width)}: GPT-2's at GPT-2's width.
 * </ul>
 *
 * @param batchSize sequences of a step
 * @param learningRate at the peak, for a model of {@code learningRateSize} parameters without embeddings on {@code
 *     learningRateTokens} tokens
 * @param warmupRatio part of the steps
 * @param minLearningRateRatio learning rate at the end, as a part of the peak
 * @param validationTokens held-out tokens that the final loss is measured on, spread evenly over the text
 * @param saveSteps steps between checkpoints of a run; 0 for none but at its end
 */
@RecordBuilder
public record SweepRecipe(
        int batchSize,
        double learningRate,
        double learningRateSize,
        double learningRateExponent,
        double learningRateTokens,
        double learningRateTokensExponent,
        double warmupRatio,
        double minLearningRateRatio,
        double weightDecay,
        double adamBeta2,
        double maxGradNorm,
        long validationTokens,
        long saveSteps)
        implements SweepRecipeBuilder.With {

    /** For models of up to a few million parameters. */
    public static final SweepRecipe DEFAULTS =
            new SweepRecipe(8, 3e-3, 100_000, 1 / 3.0, 1_000_000, 0, 0.05, 0.1, 0.1, 0.95, 1, 131_072, 2000);

    private static final double GPT2_INITIALIZER_RANGE = 0.02;
    private static final double GPT2_WIDTH = 768;
    /** Points of a training curve. */
    private static final long CURVE_POINTS = 64;

    /** Checks what {@link TrainingArguments} doesn't. */
    public SweepRecipe {
        if (!(warmupRatio >= 0 && warmupRatio < 1)) {
            throw new IllegalArgumentException("warmup_ratio must be in [0, 1), but is " + warmupRatio);
        }
        if (!(learningRate > 0) || !(learningRateSize > 0) || !(learningRateTokens > 0)) {
            throw new IllegalArgumentException(
                    "learning_rate (%s), learning_rate_size (%s) and learning_rate_tokens (%s) must be positive"
                            .formatted(learningRate, learningRateSize, learningRateTokens));
        }
        if (!Double.isFinite(learningRateExponent) || !Double.isFinite(learningRateTokensExponent)) {
            throw new IllegalArgumentException(
                    "learning_rate_exponent (%s) and learning_rate_tokens_exponent (%s) must be finite"
                            .formatted(learningRateExponent, learningRateTokensExponent));
        }
        if (batchSize < 1 || validationTokens < 1) {
            throw new IllegalArgumentException("batch_size (%d) and validation_tokens (%d) must be positive"
                    .formatted(batchSize, validationTokens));
        }
    }

    /** Tokens of a step with sequences of {@code length}. */
    public long batchTokens(int length) {
        return (long) batchSize * length;
    }

    /** The peak learning rate of a run. */
    public double learningRate(Trial trial) {
        double size = trial.shape().nonEmbeddingParameters();
        return learningRate
                * Math.pow(learningRateSize / size, learningRateExponent)
                * Math.pow(learningRateTokens / trial.tokens(), learningRateTokensExponent);
    }

    TrainingArguments arguments(Trial trial) {
        long steps = Math.max(1, trial.tokens() / batchTokens(trial.shape().nPositions()));
        return TrainingArguments.DEFAULTS.with(a -> a.maxSteps(steps)
                .batchSize(batchSize)
                .learningRate(learningRate(trial))
                .lrScheduler(LearningRateSchedule.COSINE)
                .warmupSteps((long) (warmupRatio * steps))
                .minLearningRateRatio(minLearningRateRatio)
                .weightDecay(weightDecay)
                .adamBeta2(adamBeta2)
                .maxGradNorm(maxGradNorm)
                .loggingSteps(Math.max(1, steps / CURVE_POINTS))
                .saveSteps(saveSteps)
                .saveTotalLimit(1)
                .seed(trial.seed()));
    }

    GPT2Config config(ModelShape shape) {
        return GPT2Config.SMALL.with(c -> c.vocabSize(shape.vocabSize())
                .nPositions(shape.nPositions())
                .nEmbd(shape.nEmbd())
                .nLayer(shape.nLayer())
                .nHead(shape.nHead())
                .residPdrop(0)
                .embdPdrop(0)
                .attnPdrop(0)
                .initializerRange(GPT2_INITIALIZER_RANGE * Math.sqrt(GPT2_WIDTH / shape.nEmbd()))
                .eosTokenId(null));
    }

    /** What was trained and how, for the results table. */
    String describe(Trial trial) {
        ModelShape shape = trial.shape();
        TrainingArguments arguments = arguments(trial);
        return String.format(
                Locale.ROOT,
                "n_layer=%d;n_embd=%d;n_head=%d;vocab_size=%d;n_positions=%d;batch_size=%d;max_steps=%d;warmup_steps=%d;learning_rate=%.6g;"
                        + "min_learning_rate_ratio=%s;weight_decay=%s;adam_beta2=%s;max_grad_norm=%s;validation_tokens=%d",
                shape.nLayer(),
                shape.nEmbd(),
                shape.nHead(),
                shape.vocabSize(),
                shape.nPositions(),
                batchSize,
                arguments.maxSteps(),
                arguments.warmupSteps(),
                arguments.learningRate(),
                minLearningRateRatio,
                weightDecay,
                adamBeta2,
                maxGradNorm,
                validationTokens);
    }
}
