package io.transformer4j.scaling.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.scaling.ModelShape;
import io.transformer4j.training.TrainingArguments;
import org.junit.jupiter.api.Test;

class SweepRecipeTest {
    private static final int LENGTH = 64;
    private static final ModelShape SHAPE = new ModelShape(2, 32, 4, 124, LENGTH);

    @Test
    void thePeakRateFollowsSizeAndTokens() {
        double size = SHAPE.nonEmbeddingParameters();
        SweepRecipe recipe = SweepRecipe.DEFAULTS.with(r -> r.learningRate(4e-3)
                .learningRateSize(16 * size)
                .learningRateExponent(0.25)
                .learningRateTokens(1e6)
                .learningRateTokensExponent(0.5));

        assertThat(recipe.learningRate(new Trial(SHAPE, 1_000_000, 1))).isCloseTo(8e-3, within(1e-12));
        assertThat(recipe.learningRate(new Trial(SHAPE, 4_000_000, 1))).isCloseTo(4e-3, within(1e-12));
        assertThat(recipe.withLearningRateTokensExponent(0).learningRate(new Trial(SHAPE, 4_000_000, 1)))
                .isCloseTo(8e-3, within(1e-12));
    }

    @Test
    void theScheduleEndsWithTheLastToken() {
        SweepRecipe recipe = SweepRecipe.DEFAULTS.with(r -> r.batchSize(4).warmupRatio(0.1));

        TrainingArguments arguments = recipe.arguments(new Trial(SHAPE, 1000 * recipe.batchTokens(LENGTH), 7));

        assertThat(arguments.maxSteps()).isEqualTo(1000);
        assertThat(arguments.warmupSteps()).isEqualTo(100);
        assertThat(arguments.seed()).isEqualTo(7);
    }

    @Test
    void impossibleRulesAreRefused() {
        assertThatThrownBy(() -> SweepRecipe.DEFAULTS.withLearningRateTokens(0))
                .hasMessage(
                        "learning_rate (0.003), learning_rate_size (100000.0) and learning_rate_tokens (0.0) must be positive");
        assertThatThrownBy(() -> SweepRecipe.DEFAULTS.withLearningRateTokensExponent(Double.NaN))
                .hasMessageContaining("learning_rate_tokens_exponent (NaN) must be finite");
    }
}
