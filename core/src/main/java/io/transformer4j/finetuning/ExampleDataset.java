package io.transformer4j.finetuning;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.data.SequenceTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Examples in memory.
 *
 * @param examples in the order of the rows
 * @param others further sequences of each row, which come into the same batch, equally many for each; none if rows have but one
 * @param truncated how many rows had more tokens than allowed and have been cut
 */
public record ExampleDataset(List<Example> examples, List<List<Example>> others, long truncated) implements Dataset {
    /** Copies the lists. */
    public ExampleDataset {
        examples = List.copyOf(examples);
        others = List.copyOf(others);
        if (!others.isEmpty() && others.size() != examples.size()) {
            throw new IllegalArgumentException(
                    examples.size() + " rows need as many further sequences, not " + others.size());
        }
    }

    /** Rows of one sequence each. */
    public ExampleDataset(List<Example> examples, long truncated) {
        this(examples, List.of(), truncated);
    }

    /**
     * Makes batches of this dataset's examples. Where rows have several sequences, all first ones come first, then all second ones; the
     * target of each says its row in the batch (label), and its place in the row with what its own target says (values).
     */
    public DataCollator collator() {
        return others.isEmpty() ? DataCollator.DEFAULT : (epoch, chosen) -> Batch.of(wholeRows(chosen));
    }

    private List<Example> wholeRows(List<Example> chosen) {
        int places = 1 + others.get(0).size();
        List<Example> sequences = new ArrayList<>(places * chosen.size());
        for (int place = 0; place < places; place++) {
            for (int row = 0; row < chosen.size(); row++) {
                Example first = chosen.get(row);
                Example sequence = place == 0
                        ? first
                        : others.get(Math.toIntExact(first.index())).get(place - 1);
                List<Float> own = Objects.requireNonNull(sequence.target()).values();
                List<Float> values =
                        Stream.concat(Stream.of((float) place), own.stream()).toList();
                sequences.add(sequence.withTarget(new SequenceTarget(row, values, Batch.IGNORED, Batch.IGNORED)));
            }
        }
        return sequences;
    }

    @Override
    public long size() {
        return examples.size();
    }

    @Override
    public Example get(int epoch, long index) {
        return examples.get(Math.toIntExact(index));
    }

    /** Number of tokens. */
    public long tokens() {
        return Stream.concat(examples.stream(), others.stream().flatMap(List::stream))
                .mapToLong(Example::totalLength)
                .sum();
    }
}
