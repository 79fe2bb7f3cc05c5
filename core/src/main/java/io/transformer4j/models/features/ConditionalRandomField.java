package io.transformer4j.models.features;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorData;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A linear-chain conditional random field (Lafferty et al. 2001): the score of a sequence of tags is the sum of each tag's own score, of
 * a transition between neighbours, and of the tags at both ends; its probability is the exponential of that over all sequences.
 */
final class ConditionalRandomField extends Module {
    private static final double BOUND = 0.1;

    private final int tags;
    private final Parameter transitions;
    private final Parameter starts;
    private final Parameter ends;

    ConditionalRandomField(int tags) {
        Initializer small = (tensor, generator) -> tensor.uniform_(-BOUND, BOUND, new GeneratorOptional(generator));
        this.tags = tags;
        transitions = parameter("transitions", new Parameter(small, tags, tags));
        starts = parameter("start_transitions", new Parameter(small, tags));
        ends = parameter("end_transitions", new Parameter(small, tags));
    }

    /**
     * The negative logarithm of the probability of the right tags, summed over the sequences.
     *
     * @param scores {@code [tokens, tags]}
     * @param labels a tag for each token
     */
    Tensor loss(Tensor scores, SequenceLayout layout, long[] labels) {
        check(
                labels.length == layout.totalTokens(),
                "%d tokens need as many tags, not %d",
                layout.totalTokens(),
                labels.length);
        for (long label : labels) {
            check(label >= 0 && label < tags, "a tag must be in [0, %d), but is %d", tags, label);
        }
        return logPartition(scores, layout).sum().sub(score(scores, layout, labels));
    }

    /** The score of given tags, summed over the sequences. */
    private Tensor score(Tensor scores, SequenceLayout layout, long[] labels) {
        long[] cells = IntStream.range(0, labels.length)
                .mapToLong(row -> (long) row * tags + labels[row])
                .toArray();
        boolean[] first = new boolean[labels.length];
        for (long row : layout.firstRows()) {
            first[(int) row] = true;
        }
        long[] steps = IntStream.range(1, labels.length)
                .filter(row -> !first[row])
                .mapToLong(row -> labels[row - 1] * tags + labels[row])
                .toArray();
        return sumAt(scores.reshape(-1), cells)
                .add(sumAt(transitions.tensor().view(-1), steps))
                .add(sumAt(starts.tensor(), at(labels, layout.firstRows())))
                .add(sumAt(ends.tensor(), at(labels, layout.lastRows())));
    }

    private static long[] at(long[] labels, long[] rows) {
        return IntStream.range(0, rows.length)
                .mapToLong(i -> labels[(int) rows[i]])
                .toArray();
    }

    private static Tensor sumAt(Tensor flat, long[] indices) {
        return flat.index_select(0, ModelInputs.tensor(indices, flat.device())).sum();
    }

    /** The logarithm of the sum over all sequences of tags, by the forward algorithm; {@code [batch]}. */
    private Tensor logPartition(Tensor scores, SequenceLayout layout) {
        Tensor padded = layout.pad(scores); // [batch, maxLength, tags]
        Tensor moves = transitions.tensor().unsqueeze(0); // [1, from, to]
        Tensor forward = starts.tensor().add(padded.select(1, 0)); // [batch, tags]
        for (int step = 1; step < layout.maxLength(); step++) {
            Tensor reached = forward.unsqueeze(2).add(moves).logsumexp(1); // [batch, tags]
            Tensor next = reached.add(padded.select(1, step));
            forward = torch.where(longerThan(layout, step, scores), next, forward);
        }
        return forward.add(ends.tensor()).logsumexp(1);
    }

    /** {@code [batch, 1]} bool. */
    private static Tensor longerThan(SequenceLayout layout, int step, Tensor like) {
        long[] longer = IntStream.range(0, layout.batchSize())
                .mapToLong(sequence -> layout.length(sequence) > step ? 1 : 0)
                .toArray();
        return ModelInputs.tensor(longer, like.device()).to(ScalarType.Bool).view(-1, 1);
    }

    /** The most probable tags of each sequence (Viterbi 1967), one for each token. */
    long[] decode(Tensor scores, SequenceLayout layout) {
        float[] own = TensorData.floats(scores);
        float[] moves = TensorData.floats(transitions.tensor());
        float[] start = TensorData.floats(starts.tensor());
        float[] end = TensorData.floats(ends.tensor());
        long[] best = new long[layout.totalTokens()];
        long[] firstRows = layout.firstRows();
        for (int sequence = 0; sequence < layout.batchSize(); sequence++) {
            decode(own, moves, start, end, (int) firstRows[sequence], layout.length(sequence), best);
        }
        return best;
    }

    private void decode(float[] own, float[] moves, float[] start, float[] end, int first, int length, long[] best) {
        double[] score = new double[tags];
        int[][] from = new int[length][tags];
        for (int tag = 0; tag < tags; tag++) {
            score[tag] = start[tag] + own[first * tags + tag];
        }
        for (int step = 1; step < length; step++) {
            double[] next = new double[tags];
            for (int to = 0; to < tags; to++) {
                int likeliest = 0;
                for (int tag = 1; tag < tags; tag++) {
                    if (score[tag] + moves[tag * tags + to] > score[likeliest] + moves[likeliest * tags + to]) {
                        likeliest = tag;
                    }
                }
                from[step][to] = likeliest;
                next[to] = score[likeliest] + moves[likeliest * tags + to] + own[(first + step) * tags + to];
            }
            score = next;
        }
        int last = 0;
        for (int tag = 1; tag < tags; tag++) {
            if (score[tag] + end[tag] > score[last] + end[last]) {
                last = tag;
            }
        }
        for (int step = length - 1; step >= 0; step--) {
            best[first + step] = last;
            last = from[step][last];
        }
    }
}
