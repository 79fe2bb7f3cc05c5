package io.transformer4j.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.profiling.ModelSummary.Part;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Published sizes, and the formulas written out by hand; the models have no weights. */
class ModelSummaryTest {
    private static final long D = 768;
    private static final long LAYERS = 12;

    @Test
    void countsGpt2Small() {
        ModelSummary summary = ModelSummary.of(new GPT2LMHeadModel(GPT2Config.SMALL));

        assertThat(summary.parameters()).isEqualTo(124_439_808);
        assertThat(summary.parameters(Part.EMBEDDINGS)).isEqualTo((50_257 + 1024) * D);
        assertThat(summary.parameters(Part.ATTENTION)).isEqualTo(LAYERS * (4 * D * D + 4 * D));
        assertThat(summary.parameters(Part.FEED_FORWARD)).isEqualTo(LAYERS * (8 * D * D + 5 * D));
        assertThat(summary.parameters(Part.NORMS)).isEqualTo((2 * LAYERS + 1) * 2 * D);
        assertThat(summary.parameters(Part.HEAD)).isZero();
        assertThat(summary.kvCacheBytesPerToken()).isEqualTo(2 * 4 * LAYERS * D);
        assertThat(summary.weightBytes() + summary.gradientBytes() + summary.adamWBytes())
                .isEqualTo(16 * 124_439_808L);
    }

    @Test
    void countsTheOperationsOfGpt2Small() {
        ModelSummary summary = ModelSummary.of(new GPT2LMHeadModel(GPT2Config.SMALL));
        double forward = 2.0 * (LAYERS * 12 * D * D + 50_257 * D) + 4.0 * LAYERS * 1024 * D;

        assertThat(summary.forwardFlopsPerToken(1024)).isEqualTo(forward);
        assertThat(summary.trainingFlopsPerToken(1024)).isEqualTo(3 * forward);
    }

    @Test
    void countsBertBase() {
        ModelSummary body = ModelSummary.of(new BertModel(BertConfig.BASE));
        ModelSummary pretraining = ModelSummary.of(new BertForPreTraining(BertConfig.BASE));

        assertThat(body.parameters()).isEqualTo(109_482_240);
        assertThat(pretraining.parameters()).isEqualTo(110_106_428);
        assertThat(body.parameters(Part.EMBEDDINGS)).isEqualTo((30_522 + 512 + 2) * D);
        assertThat(body.parameters(Part.HEAD)).isEqualTo(D * D + D); // the pooler
        assertThat(body.forwardFlopsPerToken(128)).isEqualTo(2.0 * LAYERS * 12 * D * D + 4.0 * LAYERS * 128 * D);
        assertThat(pretraining.forwardFlopsPerToken(128) - body.forwardFlopsPerToken(128))
                .isEqualTo(2.0 * (D * D + 30_522 * D)); // the head's transformation, and the tied vocabulary
        assertThat(Arrays.stream(Part.values())
                        .mapToLong(pretraining::parameters)
                        .sum())
                .isEqualTo(pretraining.parameters());
    }

    @Test
    void estimatesActivations() {
        ModelSummary summary = ModelSummary.of(new BertModel(BertConfig.BASE));

        assertThat(summary.activationBytes(2, 128)).isEqualTo(4L * (8 * D + 2 * 3072) * LAYERS * 2 * 128);
        assertThat(summary.trainingBytes(2, 128)).isEqualTo(16 * 109_482_240L + summary.activationBytes(2, 128));
    }
}
