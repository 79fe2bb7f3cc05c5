package io.transformer4j.models.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class BiLstmTest {
    private static final int INPUT = 3;
    private static final int HIDDEN = 2;
    private static final int[] LENGTHS = {2, 4, 1, 4};

    /** Each sequence by the formulas of an LSTM cell, in double precision. */
    @Test
    void readsSequencesOfAnyLengthInBothDirections() {
        try (TensorScope scope = new TensorScope()) {
            BiLstm lstm = new BiLstm(INPUT, HIDDEN);
            lstm.namedParameters()
                    .values()
                    .forEach(parameter -> parameter.initialize(Devices.cpu(), torch.createCPUGenerator(3)));
            SequenceLayout layout = SequenceLayout.of(LENGTHS);
            float[] input = new float[layout.totalTokens() * INPUT];
            Random random = new Random(8);
            for (int i = 0; i < input.length; i++) {
                input[i] = (float) random.nextGaussian();
            }
            Tensor output = lstm.forward(Tensor.create(input).view(layout.totalTokens(), INPUT), layout);
            float[] actual = TensorData.floats(output);
            double[][] expected = new double[layout.totalTokens()][2 * HIDDEN];
            int first = 0;
            for (int length : LENGTHS) {
                read(lstm.namedParameters(), "", input, first, length, 1, expected, 0);
                read(lstm.namedParameters(), "_reverse", input, first + length - 1, length, -1, expected, HIDDEN);
                first += length;
            }
            for (int i = 0; i < actual.length; i++) {
                assertThat((double) actual[i])
                        .as("element %d", i)
                        .isCloseTo(expected[i / (2 * HIDDEN)][i % (2 * HIDDEN)], within(1e-5));
            }
            float[] ends = TensorData.floats(lstm.ends(output, layout));
            assertThat(ends[0]).isEqualTo(actual[2 * HIDDEN]); // forward at the last token of the first sequence
            assertThat(ends[HIDDEN]).isEqualTo(actual[HIDDEN]); // backward at its first
            lstm.namedParameters().values().forEach(Parameter::close);
        }
    }

    private static void read(
            Map<String, Parameter> parameters,
            String direction,
            float[] input,
            int first,
            int length,
            int step,
            double[][] expected,
            int column) {
        float[] fromInput =
                TensorData.floats(parameters.get("weight_ih_l0" + direction).tensor());
        float[] fromState =
                TensorData.floats(parameters.get("weight_hh_l0" + direction).tensor());
        float[] inputBias =
                TensorData.floats(parameters.get("bias_ih_l0" + direction).tensor());
        float[] stateBias =
                TensorData.floats(parameters.get("bias_hh_l0" + direction).tensor());
        double[] state = new double[HIDDEN];
        double[] cell = new double[HIDDEN];
        for (int i = 0; i < length; i++) {
            int row = first + i * step;
            double[] gates = new double[4 * HIDDEN];
            for (int gate = 0; gate < gates.length; gate++) {
                gates[gate] = inputBias[gate] + stateBias[gate];
                for (int j = 0; j < INPUT; j++) {
                    gates[gate] += fromInput[gate * INPUT + j] * input[row * INPUT + j];
                }
                for (int j = 0; j < HIDDEN; j++) {
                    gates[gate] += fromState[gate * HIDDEN + j] * state[j];
                }
            }
            for (int j = 0; j < HIDDEN; j++) {
                double kept = sigmoid(gates[HIDDEN + j]) * cell[j];
                cell[j] = kept + sigmoid(gates[j]) * Math.tanh(gates[2 * HIDDEN + j]);
            }
            for (int j = 0; j < HIDDEN; j++) {
                state[j] = sigmoid(gates[3 * HIDDEN + j]) * Math.tanh(cell[j]);
                expected[row][column + j] = state[j];
            }
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
