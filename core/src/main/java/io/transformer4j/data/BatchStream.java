package io.transformer4j.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The batches of all epochs from a position on. Everything follows from the position. Not thread-safe. */
final class BatchStream {
    private final Dataset dataset;
    private final DataCollator collator;
    private final DataLoaderOptions options;
    private final long epochSize; // examples used in an epoch

    private DataPosition position;
    private @Nullable Epoch epoch;

    BatchStream(Dataset dataset, DataCollator collator, DataLoaderOptions options, DataPosition start) {
        this.dataset = dataset;
        this.collator = collator;
        this.options = options;
        long rest = options.dropLast() ? dataset.size() % options.batchSize() : 0;
        epochSize = dataset.size() - rest;
        if (epochSize == 0) {
            throw new IllegalArgumentException("the dataset has " + dataset.size()
                    + " examples, which don't make a batch of " + options.batchSize());
        }
        if (start.index() >= epochSize) {
            throw new IllegalArgumentException(start + " is behind the end of an epoch of " + epochSize + " examples");
        }
        position = start;
    }

    /** Behind the last batch given out. */
    DataPosition position() {
        return position;
    }

    /** The next batch, or null behind the last epoch. */
    @Nullable
    Batch next() {
        if (position.epoch() >= options.epochs()) {
            return null;
        }
        if (epoch == null || epoch.number != position.epoch()) {
            epoch = new Epoch(position.epoch());
        }
        List<Example> examples = epoch.batchAt(position.index());
        Batch batch = collator.collate(position.epoch(), examples);
        long index = position.index() + examples.size();
        position = index == epochSize
                ? new DataPosition(position.epoch() + 1, 0)
                : new DataPosition(position.epoch(), index);
        return batch;
    }

    /** One pass in its order. */
    private final class Epoch {
        final int number;
        private final @Nullable FeistelPermutation order;
        private long windowStart = -1;
        private List<List<Example>> window = List.of();

        Epoch(int number) {
            this.number = number;
            order = options.shuffle()
                    ? new FeistelPermutation(dataset.size(), Randomness.SHUFFLE.of(options.seed(), number, 0))
                    : null;
        }

        List<Example> batchAt(long index) {
            int size = options.lengthGroupingWindow();
            return size == 0 ? takeInOrder(index) : takeGrouped(index, index / size * size);
        }

        private Example example(long index) {
            return dataset.get(number, order == null ? index : order.apply(index));
        }

        private List<Example> takeInOrder(long index) {
            List<Example> batch = new ArrayList<>();
            long tokens = 0;
            for (long i = index; i < epochSize && batch.size() < options.batchSize(); i++) {
                Example example = example(i);
                tokens += example.totalLength();
                if (!batch.isEmpty() && tokens > options.maxTokensPerBatch()) {
                    break;
                }
                batch.add(example);
            }
            return batch;
        }

        private List<Example> takeGrouped(long index, long start) {
            if (start != windowStart) {
                windowStart = start;
                window = group(start, Math.min(start + options.lengthGroupingWindow(), epochSize));
            }
            long at = start;
            for (List<Example> batch : window) {
                if (at == index) {
                    return batch;
                }
                at += batch.size();
            }
            throw new IllegalArgumentException("position " + index + " of epoch " + number
                    + " is inside a batch: it was reached with other options of the data loader");
        }

        /** Sorts examples by length, cuts them into batches, and shuffles these. */
        private List<List<Example>> group(long start, long end) {
            List<Example> sorted = LongStream.range(start, end)
                    .mapToObj(this::example)
                    .sorted(Comparator.comparingInt(Example::length).thenComparingInt(Example::totalLength)) // stable
                    .toList();
            List<List<Example>> batches = new ArrayList<>();
            List<Example> batch = new ArrayList<>();
            long tokens = 0;
            for (Example example : sorted) {
                tokens += example.totalLength();
                if (!batch.isEmpty() && (batch.size() == options.batchSize() || tokens > options.maxTokensPerBatch())) {
                    batches.add(batch);
                    batch = new ArrayList<>();
                    tokens = example.totalLength();
                }
                batch.add(example);
            }
            batches.add(batch);
            FeistelPermutation shuffle =
                    new FeistelPermutation(batches.size(), Randomness.BATCH_ORDER.of(options.seed(), number, start));
            return LongStream.range(0, batches.size())
                    .mapToObj(i -> batches.get((int) shuffle.apply(i)))
                    .toList();
        }
    }
}
