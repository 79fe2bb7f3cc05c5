package io.transformer4j.data;

import java.util.List;

/** Makes a batch of examples. Implementations are thread-safe, and equal arguments give equal batches. */
@FunctionalInterface
public interface DataCollator {
    /** Collates examples that have their labels already. */
    DataCollator DEFAULT = (epoch, examples) -> Batch.of(examples);

    /**
     * The batch of {@code examples}, in their order. What happens to one doesn't depend on the others.
     *
     * @param epoch lets random choices differ each time an example comes round
     */
    Batch collate(int epoch, List<Example> examples);
}
