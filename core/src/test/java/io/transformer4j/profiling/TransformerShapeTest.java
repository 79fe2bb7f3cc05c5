package io.transformer4j.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import org.junit.jupiter.api.Test;

class TransformerShapeTest {

    @Test
    void feedForwardIsTwoThirdsUntilTheLengthIsTwiceTheWidth() {
        TransformerShape shape = TransformerShape.decoder(12, 768, 12, 4 * 768, 50_257);

        assertThat(shape.feedForwardShare(0)).isEqualTo(2 / 3.0);
        assertThat(shape.crossoverLength()).isEqualTo(2.0 * 768);
        assertThat(shape.scoresCrossoverLength()).isEqualTo(4.0 * 768);
        assertThat(shape.feedForwardShare(2.0 * 768)).isEqualTo(0.5);
    }

    @Test
    void agreesWithTheSummaryOfGpt2() {
        GPT2LMHeadModel model = new GPT2LMHeadModel(GPT2Config.SMALL);

        double ours = TransformerShape.of(model.config()).trainingFlops(1, 1024);

        assertThat(ours).isEqualTo(1024 * ModelSummary.of(model).trainingFlopsPerToken(1024));
    }

    /** Figures of benchmarks/profiling/flop_counts.py, which PyTorch's FlopCounterMode counted. */
    @Test
    void agreesWithPyTorchsCounter() {
        assertThat(KnownModel.GPT2_SMALL.shape().trainingFlops(1, 256)).isEqualTo(196_992_958_464.0);
        assertThat(3 * KnownModel.BERT_BASE.shape().forwardFlops(2, 128, 128, 19))
                .isEqualTo(139_562_514_432.0);
    }

    @Test
    void publishedModelsHaveAboutTheirPublishedSize() {
        assertThat(KnownModel.GPT3_175B.shape().parameters()).isCloseTo(174.6e9, within(0.3e9));
        assertThat(KnownModel.LLAMA_7B.shape().parameters()).isCloseTo(6.74e9, within(0.01e9));
        assertThat(KnownModel.LLAMA_65B.shape().parameters()).isCloseTo(65.29e9, within(0.1e9));
        assertThat(KnownModel.LLAMA2_70B.shape().parameters()).isCloseTo(68.98e9, within(0.1e9));
        assertThat(KnownModel.LLAMA3_8B.shape().parameters()).isCloseTo(8.03e9, within(0.01e9));
    }
}
