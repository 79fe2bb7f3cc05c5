package io.transformer4j.attention;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tokens of a packed batch whose last hidden states a head needs: those with a label, or each sequence's first. A last
 * layer then computes keys and values of all tokens, and everything else for the chosen ones only. Immutable.
 */
public final class ChosenTokens {
    private final long[] rows; // ascending, each once

    private ChosenTokens(long[] rows) {
        this.rows = rows;
    }

    /** All the given rows of packed tokens, in any order; a row that is given twice is chosen once. */
    public static ChosenTokens of(long[]... rows) {
        return new ChosenTokens(Arrays.stream(rows)
                .flatMapToLong(Arrays::stream)
                .sorted()
                .distinct()
                .toArray());
    }

    /** Number of chosen tokens. */
    public int count() {
        return rows.length;
    }

    /**
     * The chosen rows.
     *
     * @param packed {@code [tokens, size]}
     * @return {@code [count, size]}, in the order of the tokens
     */
    public Tensor of(Tensor packed) {
        return rows.length == packed.size(0) ? packed : packed.index_select(0, index(packed, rows));
    }

    /**
     * Some of the chosen rows.
     *
     * @param chosen {@code [count, size]}, as from {@link #of}
     * @param wanted rows of packed tokens, in any order, all of them chosen
     * @return {@code [wanted, size]}, in the order of {@code wanted}
     * @throws IllegalArgumentException if one isn't chosen
     */
    public Tensor pick(Tensor chosen, long... wanted) {
        return Arrays.equals(wanted, rows)
                ? chosen
                : chosen.index_select(
                        0,
                        index(chosen, LongStream.of(wanted).map(this::placeOf).toArray()));
    }

    private long placeOf(long row) {
        int place = Arrays.binarySearch(rows, row);
        if (place < 0) {
            throw new IllegalArgumentException("token " + row + " is not among the chosen ones");
        }
        return place;
    }

    private static Tensor index(Tensor like, long[] values) {
        return Tensor.create(values).to(like.device(), ScalarType.Long);
    }

    /** How the chosen tokens of a layout stand in rectangles, one for each run of equally long sequences. */
    Rectangles in(SequenceLayout layout) {
        return new Rectangles(layout);
    }

    /**
     * Chosen tokens as {@code [sequences, most, …]} for each run, {@code most} being the largest number that one of its
     * sequences has. Places beyond a sequence's own number repeat some other token; what is computed there is dropped.
     */
    final class Rectangles {
        private final long[] most; // of each run
        private final long[] sizes; // places of each run
        private final long[] tokenAt; // which chosen token stands at a place
        private final long[] placeOf; // where a chosen token stands

        private Rectangles(SequenceLayout layout) {
            List<SequenceLayout.Run> runs = layout.runs();
            int[] counts = counts(layout);
            most = runs.stream()
                    .mapToLong(run -> Arrays.stream(counts, run.firstSequence(), run.firstSequence() + run.sequences())
                            .max()
                            .orElseThrow())
                    .toArray();
            sizes = new long[most.length];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = most[i] * runs.get(i).sequences();
            }
            tokenAt = new long[Math.toIntExact(Arrays.stream(sizes).sum())];
            placeOf = new long[rows.length];
            int place = 0;
            int token = 0;
            for (int i = 0; i < sizes.length; i++) {
                SequenceLayout.Run run = runs.get(i);
                for (int sequence = 0; sequence < run.sequences(); sequence++) {
                    int own = counts[run.firstSequence() + sequence];
                    for (int j = 0; j < own; j++) {
                        placeOf[token + j] = (long) place + j;
                        tokenAt[place + j] = (long) token + j;
                    }
                    token += own;
                    place += (int) most[i];
                }
            }
        }

        private int[] counts(SequenceLayout layout) {
            int[] counts = new int[layout.batchSize()];
            int sequence = 0;
            long end = layout.length(0);
            for (long row : rows) {
                while (row >= end) {
                    end += layout.length(++sequence);
                }
                counts[sequence]++;
            }
            return counts;
        }

        /** Chosen tokens of each sequence of a run, at most. */
        long most(int run) {
            return most[run];
        }

        /** {@code [count, size]} to {@code [sequences · most, size]} for each run. */
        List<Tensor> spread(Tensor chosen) {
            Tensor places = isFull() ? chosen : chosen.index_select(0, index(chosen, tokenAt));
            return sizes.length == 1
                    ? List.of(places)
                    : Arrays.asList(places.split_with_sizes(sizes).get());
        }

        /** The reverse of {@link #spread}. */
        Tensor gather(List<Tensor> rectangles) {
            Tensor places = rectangles.size() == 1
                    ? rectangles.get(0)
                    : torch.cat(new TensorVector(rectangles.toArray(Tensor[]::new)));
            return isFull() ? places : places.index_select(0, index(places, placeOf));
        }

        /** Whether every place is a chosen token's: then places are in the order of the tokens. */
        private boolean isFull() {
            return tokenAt.length == rows.length;
        }
    }
}
