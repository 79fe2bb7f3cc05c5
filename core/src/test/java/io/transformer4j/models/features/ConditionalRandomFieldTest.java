package io.transformer4j.models.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against all sequences of tags, one by one, in double precision. */
class ConditionalRandomFieldTest {
    private static final int TAGS = 3;
    private static final int[] LENGTHS = {4, 1, 3};
    private static final long[] LABELS = {0, 2, 2, 1, 1, 0, 1, 2};

    private final TensorScope scope = new TensorScope();
    private ConditionalRandomField crf;
    private float[] scores;
    private float[] moves;
    private float[] starts;
    private float[] ends;

    @BeforeEach
    void build() {
        crf = new ConditionalRandomField(TAGS);
        Random random = new Random(4);
        crf.namedParameters().values().forEach(parameter -> {
            parameter.initialize(Devices.cpu(), torch.createCPUGenerator(5));
            parameter.tensor().detach().mul_(new Scalar(15.0)); // far enough from 0 to matter
        });
        scores = new float[LABELS.length * TAGS];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) random.nextGaussian();
        }
        Map<String, Parameter> parameters = crf.namedParameters();
        moves = TensorData.floats(parameters.get("transitions").tensor());
        starts = TensorData.floats(parameters.get("start_transitions").tensor());
        ends = TensorData.floats(parameters.get("end_transitions").tensor());
    }

    @AfterEach
    void close() {
        crf.namedParameters().values().forEach(Parameter::close);
        scope.close();
    }

    /** What enumeration says. */
    private final class Enumeration {
        double loss;
        final double[] scoreGradient = new double[scores.length];
        final double[] moveGradient = new double[moves.length];
        final long[] best = new long[LABELS.length];

        Enumeration() {
            int first = 0;
            for (int length : LENGTHS) {
                sequence(first, length);
                first += length;
            }
        }

        private void sequence(int first, int length) {
            int count = (int) Math.pow(TAGS, length);
            double total = 0;
            double highest = Double.NEGATIVE_INFINITY;
            for (int code = 0; code < count; code++) {
                double score = score(tags(code, length), first);
                total += Math.exp(score);
                if (score > highest) {
                    highest = score;
                    for (int i = 0; i < length; i++) {
                        best[first + i] = tags(code, length)[i];
                    }
                }
            }
            for (int code = 0; code < count; code++) {
                count(tags(code, length), first, Math.exp(score(tags(code, length), first)) / total);
            }
            int[] right = Arrays.stream(Arrays.copyOfRange(LABELS, first, first + length))
                    .mapToInt(label -> (int) label)
                    .toArray();
            loss += Math.log(total) - score(right, first);
            count(right, first, -1);
        }

        private void count(int[] tags, int first, double weight) {
            for (int i = 0; i < tags.length; i++) {
                scoreGradient[(first + i) * TAGS + tags[i]] += weight;
                if (i > 0) {
                    moveGradient[tags[i - 1] * TAGS + tags[i]] += weight;
                }
            }
        }

        private double score(int[] tags, int first) {
            double sum = starts[tags[0]] + ends[tags[tags.length - 1]];
            for (int i = 0; i < tags.length; i++) {
                sum += scores[(first + i) * TAGS + tags[i]];
                sum += i == 0 ? 0 : moves[tags[i - 1] * TAGS + tags[i]];
            }
            return sum;
        }

        private int[] tags(int code, int length) {
            int[] tags = new int[length];
            int rest = code;
            for (int i = 0; i < length; i++) {
                tags[i] = rest % TAGS;
                rest /= TAGS;
            }
            return tags;
        }
    }

    @Test
    void lossAndGradientsAreThoseOfEnumeration() {
        Tensor input = Tensor.create(scores).view(LABELS.length, TAGS).set_requires_grad(true);
        Tensor loss = crf.loss(input, SequenceLayout.of(LENGTHS), LABELS);
        loss.backward();
        Enumeration expected = new Enumeration();
        assertThat(loss.item_double()).isCloseTo(expected.loss, within(1e-4));
        assertClose(TensorData.floats(input.grad()), expected.scoreGradient);
        Tensor transitions = crf.namedParameters().get("transitions").grad().orElseThrow();
        assertClose(TensorData.floats(transitions), expected.moveGradient);
    }

    private static void assertClose(float[] actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("element %d", i).isCloseTo(expected[i], within(1e-5));
        }
    }

    @Test
    void decodesTheBestSequence() {
        long[] best = crf.decode(Tensor.create(scores).view(LABELS.length, TAGS), SequenceLayout.of(LENGTHS));
        assertThat(best).isEqualTo(new Enumeration().best);
    }
}
