package io.transformer4j.finetuning;

import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import java.util.List;

/**
 * Examples in memory.
 *
 * @param examples in the order of the rows
 * @param truncated how many rows had more tokens than allowed and have been cut
 */
public record ExampleDataset(List<Example> examples, long truncated) implements Dataset {
    /** Copies the list. */
    public ExampleDataset {
        examples = List.copyOf(examples);
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
        return examples.stream().mapToLong(Example::totalLength).sum();
    }
}
