package io.transformer4j.models.features;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * One layer of long short-term memory in each direction (Hochreiter and Schmidhuber 1997; Graves and Schmidhuber 2005). Parameters are
 * named and initialized as in {@code torch.nn.LSTM}.
 */
final class BiLstm extends Module {
    private static final int GATES = 4;
    private static final String[] DIRECTIONS = {"", "_reverse"};

    private final long hiddenSize;
    private final Parameter[] weights = new Parameter[DIRECTIONS.length * GATES];

    BiLstm(long inputSize, long hiddenSize) {
        this.hiddenSize = hiddenSize;
        double bound = 1 / Math.sqrt((double) hiddenSize);
        Initializer uniform = (tensor, generator) -> tensor.uniform_(-bound, bound, new GeneratorOptional(generator));
        int at = 0;
        for (String direction : DIRECTIONS) {
            long rows = GATES * hiddenSize;
            weights[at++] = parameter("weight_ih_l0" + direction, new Parameter(uniform, rows, inputSize));
            weights[at++] = parameter("weight_hh_l0" + direction, new Parameter(uniform, rows, hiddenSize));
            weights[at++] = parameter("bias_ih_l0" + direction, new Parameter(uniform, rows));
            weights[at++] = parameter("bias_hh_l0" + direction, new Parameter(uniform, rows));
        }
    }

    /**
     * Reads each sequence in both directions.
     *
     * @param input {@code [tokens, inputSize]}
     * @return {@code [tokens, 2 · hiddenSize]}, forward first
     */
    Tensor forward(Tensor input, SequenceLayout layout) {
        TimeSteps steps = TimeSteps.of(layout);
        Tensor start = input.new_zeros(DIRECTIONS.length, layout.batchSize(), hiddenSize);
        Tensor[] values = new Tensor[weights.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = weights[i].tensor();
        }
        Tensor byTime = torch.lstm(
                        input.index_select(0, ModelInputs.tensor(steps.rows, input.device())),
                        Tensor.create(steps.sequencesAt), // on the CPU, whatever the device
                        new TensorVector(start, start),
                        new TensorVector(values),
                        true,
                        1,
                        0.0,
                        isTraining(),
                        true)
                .get0();
        return byTime.index_select(0, ModelInputs.tensor(steps.places, input.device()));
    }

    /**
     * Rows in the order in which an LSTM reads them: the first of every sequence, then the second of all that have one, and so on,
     * longer sequences first.
     *
     * @param rows the packed row at each place
     * @param places the place of each packed row
     * @param sequencesAt how many sequences have each step
     */
    @SuppressWarnings("ArrayRecordComponent") // index tables
    private record TimeSteps(long[] rows, long[] places, long[] sequencesAt) {
        static TimeSteps of(SequenceLayout layout) {
            int[] longestFirst = IntStream.range(0, layout.batchSize())
                    .boxed()
                    .sorted(Comparator.comparingInt(sequence -> -layout.length(sequence)))
                    .mapToInt(Integer::intValue)
                    .toArray();
            long[] firstRows = layout.firstRows();
            long[] rows = new long[layout.totalTokens()];
            long[] places = new long[layout.totalTokens()];
            long[] sequencesAt = new long[layout.maxLength()];
            int place = 0;
            for (int step = 0; step < sequencesAt.length; step++) {
                for (int sequence : longestFirst) {
                    if (layout.length(sequence) <= step) {
                        break;
                    }
                    rows[place] = firstRows[sequence] + step;
                    places[(int) rows[place]] = place;
                    sequencesAt[step]++;
                    place++;
                }
            }
            return new TimeSteps(rows, places, sequencesAt);
        }
    }

    /**
     * The two ends of each sequence: the forward direction's last output and the backward direction's.
     *
     * @param outputs of {@link #forward}
     * @return {@code [batch, 2 · hiddenSize]}
     */
    Tensor ends(Tensor outputs, SequenceLayout layout) {
        Tensor last = outputs.index_select(0, ModelInputs.tensor(layout.lastRows(), outputs.device()));
        Tensor first = outputs.index_select(0, ModelInputs.tensor(layout.firstRows(), outputs.device()));
        return torch.cat(new TensorVector(last.narrow(1, 0, hiddenSize), first.narrow(1, hiddenSize, hiddenSize)), 1);
    }
}
