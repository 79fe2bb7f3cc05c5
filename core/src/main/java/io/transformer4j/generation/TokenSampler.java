package io.transformer4j.generation;

import io.transformer4j.torch.TensorData;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Chooses a token for each row of scores: the likeliest, or one drawn by the probabilities. */
final class TokenSampler {
    private final List<LogitsProcessor> processors;
    private final boolean doSample;

    TokenSampler(GenerationConfig config) {
        this.processors = LogitsProcessor.of(config);
        this.doSample = config.doSample();
    }

    /**
     * Chooses the next tokens.
     *
     * @param logits {@code [batch, vocabSize]}
     * @param sequences the tokens so far
     * @param randoms a source of numbers for each row, so that a row's choice doesn't depend on the others
     */
    int[] choose(Tensor logits, List<TokenSequence> sequences, List<SplittableRandom> randoms) {
        Tensor scores = logits.toType(ScalarType.Float);
        for (LogitsProcessor processor : processors) {
            scores = processor.process(scores, sequences);
        }
        T_TensorTensor_T largest = scores.max(1);
        float[] maxima = TensorData.floats(largest.get0());
        long[] likeliest = TensorData.longs(largest.get1());
        int[] chosen = new int[sequences.size()];
        for (int row = 0; row < chosen.length; row++) {
            if (!Float.isFinite(maxima[row])) {
                throw new IllegalStateException(
                        "the model's scores for the next token are not finite: its weights are damaged or have diverged");
            }
            chosen[row] = doSample
                    ? draw(TensorData.floats(scores.select(0, row)), maxima[row], randoms.get(row))
                    : (int) likeliest[row];
        }
        return chosen;
    }

    /** Inverts the cumulative distribution; in double precision, since floats can't tell 50,000 small steps apart. */
    private static int draw(float[] scores, double maximum, SplittableRandom random) {
        double total = 0;
        for (float score : scores) {
            total += Math.exp(score - maximum);
        }
        double rest = random.nextDouble() * total;
        int last = -1;
        for (int id = 0; id < scores.length; id++) {
            double weight = Math.exp(scores[id] - maximum);
            if (weight > 0) {
                last = id;
                rest -= weight;
                if (rest < 0) {
                    break;
                }
            }
        }
        return last; // rounding may leave a tiny rest at the end
    }
}
