package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class LogitsProcessorTest {
    private static final float NONE = Float.NEGATIVE_INFINITY;

    private static float[] process(LogitsProcessor processor, int[] sequence, float... logits) {
        return process(processor, new TokenSequence(sequence), logits);
    }

    private static float[] process(LogitsProcessor processor, TokenSequence sequence, float... logits) {
        try (TensorScope scope = new TensorScope()) {
            Tensor input = Tensor.create(logits).unsqueeze(0);
            float[] output = TensorData.floats(processor.process(input, List.of(sequence)));
            assertThat(TensorData.floats(input)).as("the input afterwards").containsExactly(logits);
            return output;
        }
    }

    @Test
    void repetitionPenaltyDividesPositiveAndMultipliesNegativeScores() {
        assertThat(process(new RepetitionPenalty(2), new int[] {0, 1, 3, 1, 1}, 3, -3, 3, 0, -1))
                .containsExactly(1.5f, -6, 3, 0, -1);
    }

    @Test
    void tokensOfTheSourceAreFavoured() {
        TokenSequence sequence = new TokenSequence(new int[] {0, 1, 7, 1}, new int[] {2}, 9);
        assertThat(process(new EncoderRepetitionPenalty(2), sequence, 3, -3, 5)).containsExactly(6, -1.5f, 5);
    }

    @Test
    void sequencesOfTheSourceDoNotComeAgain() {
        int[] source = {3, 4, 0, 3, 4, 1, 9};
        assertThat(process(new EncoderNoRepeatNgram(3), new TokenSequence(source, new int[] {2, 3, 4}, 9), 1, 2, 3))
                .containsExactly(NONE, NONE, 3);
        assertThat(process(new EncoderNoRepeatNgram(3), new TokenSequence(source, new int[] {4}, 9), 1, 2, 3))
                .as("too short to end in two tokens of the source")
                .containsExactly(1, 2, 3);
        assertThat(process(new EncoderNoRepeatNgram(1), new TokenSequence(source, new int[] {2}, 9), 1, 2, 3))
                .containsExactly(NONE, NONE, 3);
    }

    @Test
    void aTokenIsForcedBehindASingleOne() {
        assertThat(process(ForcedToken.first(1), new int[] {5}, 3, -3, 2)).containsExactly(NONE, 0, NONE);
        assertThat(process(ForcedToken.first(1), new int[] {5, 6}, 3, -3, 2)).containsExactly(3, -3, 2);
    }

    @Test
    void temperatureDivides() {
        assertThat(process(new Temperature(0.5), new int[] {0}, 3, -1)).containsExactly(6, -2);
    }

    @Test
    void topKKeepsTiesAndToleratesMoreThanTheVocabulary() {
        assertThat(process(new TopK(2), new int[] {0}, 1, 4, 3, 3, 0)).containsExactly(NONE, 4, 3, 3, NONE);
        assertThat(process(new TopK(9), new int[] {0}, 1, 4)).containsExactly(1, 4);
    }

    @Test
    void topPKeepsTheLikeliestWhateverP() {
        assertThat(process(new TopP(1e-9), new int[] {0}, 1, 4, 3)).containsExactly(NONE, 4, NONE);
        assertThat(process(new TopP(1), new int[] {0}, 1, 4, 3)).containsExactly(1, 4, 3);
    }

    /** The definition: going down from the likeliest, a token stays while those above it have less than p together. */
    @Test
    void topPAgreesWithItsDefinition() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            float[] logits = new float[30];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) (3 * random.nextGaussian());
            }
            double p = 0.05 + 0.9 * random.nextDouble();
            double[] probabilities = softmax(logits);
            float[] expected = new float[logits.length];
            Arrays.fill(expected, NONE);
            double above = 0;
            for (int id : IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -logits[i]))
                    .toList()) {
                if (above < p) {
                    expected[id] = logits[id];
                }
                above += probabilities[id];
            }
            assertThat(process(new TopP(p), new int[] {0}, logits))
                    .as("p = %s", p)
                    .containsExactly(expected);
        }
    }

    @Test
    void samplesByTheProbabilities() {
        float[] logits = {0.5f, NONE, 2, -1, 1};
        double[] probabilities = softmax(logits);
        int draws = 20_000;
        int[] counts = new int[logits.length];
        TokenSampler sampler = new TokenSampler(
                GenerationConfig.DEFAULT.with(c -> c.doSample(true).topK(0)));
        SplittableRandom random = new SplittableRandom(11);
        try (TensorScope scope = new TensorScope()) {
            Tensor input = Tensor.create(logits).unsqueeze(0);
            List<TokenSequence> sequences = List.of(new TokenSequence(new int[] {0}));
            for (int i = 0; i < draws; i++) {
                counts[sampler.choose(input, sequences, List.of(random))[0]]++;
            }
        }
        for (int id = 0; id < logits.length; id++) {
            assertThat((double) counts[id] / draws)
                    .as("share of token %d", id)
                    .isCloseTo(probabilities[id], within(0.015));
        }
        assertThat(counts[1]).isZero();
    }

    @Test
    void refusesScoresThatAreNotFinite() {
        try (TensorScope scope = new TensorScope()) {
            Tensor input = Tensor.create(new float[] {1, Float.NaN}).unsqueeze(0);
            assertThatThrownBy(() -> new TokenSampler(GenerationConfig.DEFAULT)
                            .choose(input, List.of(new TokenSequence(new int[] {0})), List.of(new SplittableRandom(1))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
        }
    }

    @Test
    void comeInTheOrderOfHuggingFace() {
        GenerationConfig all = GenerationConfig.DEFAULT.with(
                c -> c.doSample(true).temperature(2).topP(0.5).repetitionPenalty(1.5));

        assertThat(LogitsProcessor.of(all))
                .containsExactly(new RepetitionPenalty(1.5), new Temperature(2), new TopK(50), new TopP(0.5));
        assertThat(LogitsProcessor.of(all.with(c -> c.doSample(false)))).containsExactly(new RepetitionPenalty(1.5));
        assertThat(LogitsProcessor.of(all.with(c -> c.doSample(false)
                        .encoderRepetitionPenalty(1.2)
                        .noRepeatNgramSize(2)
                        .encoderNoRepeatNgramSize(3))))
                .containsExactly(
                        new EncoderRepetitionPenalty(1.2),
                        new RepetitionPenalty(1.5),
                        new NoRepeatNgram(2),
                        new EncoderNoRepeatNgram(3));
    }

    private static double[] softmax(float[] logits) {
        double[] weights = IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp(logits[i]))
                .toArray();
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }
}
