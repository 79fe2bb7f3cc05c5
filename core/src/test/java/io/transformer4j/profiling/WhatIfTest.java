package io.transformer4j.profiling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WhatIfTest {
    private static final WhatIf LLAMA = new WhatIf(KnownModel.LLAMA_7B.shape(), Device.of("a100"), 1);

    @Test
    void decodingOneSequenceReadsAllWeights() {
        WhatIf.Bound bound = LLAMA.decoding(1, 1);

        assertThat(bound.computeBound()).isFalse();
        assertThat(bound.mbu()).isEqualTo(1);
        assertThat(bound.tokensPerSecond())
                .isCloseTo(2039e9 / (2 * KnownModel.LLAMA_7B.shape().parameters()), within(0.01));
    }

    @Test
    void theBatchWhereArithmeticTakesOverIsWhereBothTakeEqualTime() {
        TransformerShape grouped = KnownModel.LLAMA3_8B.shape();
        WhatIf whatIf = new WhatIf(grouped, Device.of("a100"), 1);
        double batch = whatIf.computeBoundBatch(64);

        assertThat(whatIf.decoding((int) Math.floor(batch), 64).computeBound()).isFalse();
        assertThat(whatIf.decoding((int) Math.ceil(batch), 64).computeBound()).isTrue();
        assertThat(LLAMA.computeBoundBatch(100_000)).isInfinite();
    }

    @Test
    void halfTheBoundIsHalfTheUtilization() {
        WhatIf.Bound bound = LLAMA.training(8, 2048);

        WhatIf.Bound half = WhatIf.achieved(bound, bound.tokensPerSecond() / 2);

        assertThat(bound.mfu()).isEqualTo(1);
        assertThat(half.mfu()).isEqualTo(0.5);
        assertThat(half.mbu()).isCloseTo(bound.mbu() / 2, within(1e-12));
    }

    @Test
    void refusesWhatCannotBe() {
        WhatIf encoder = new WhatIf(KnownModel.BERT_LARGE.shape(), Device.of("h100"), 1);

        assertThatThrownBy(() -> encoder.decoding(1, 128)).hasMessageContaining("an encoder writes no tokens");
        assertThatThrownBy(() -> LLAMA.training(0, 128)).hasMessageContaining("batch (0)");
        assertThatThrownBy(() -> WhatIf.achieved(LLAMA.training(1, 1), -1)).hasMessageContaining("must be positive");
        assertThatThrownBy(() -> KnownModel.of("gpt5")).hasMessageContaining("known are bert-base");
        assertThatThrownBy(() -> Device.of("abacus")).hasMessageContaining("known are h100");
    }
}
