package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DataLoaderTest {
    private static final DataPosition START = DataPosition.START;

    /** Examples of 1 to 32 tokens that name their index and epoch. */
    private record Numbered(long size) implements Dataset {
        @Override
        public Example get(int epoch, long index) {
            int[] ids = new int[1 + (int) (index * 7 % 32)];
            Arrays.fill(ids, (int) index);
            int[] labels = new int[ids.length];
            Arrays.fill(labels, epoch);
            return new Example(index, ids, new int[ids.length], labels, null);
        }
    }

    @Property(tries = 200)
    void eachEpochHasEachExampleOnceAndLimitsHold(
            @ForAll @IntRange(min = 1, max = 90) int size,
            @ForAll @IntRange(min = 1, max = 20) int batchSize,
            @ForAll @IntRange(min = 1, max = 200) int maxTokens,
            @ForAll @IntRange(min = 0, max = 50) int window,
            @ForAll boolean shuffle) {
        DataLoaderOptions options = DataLoaderOptions.builder(batchSize)
                .shuffle(shuffle)
                .maxTokensPerBatch(maxTokens)
                .lengthGroupingWindow(window)
                .epochs(3)
                .build();
        List<List<Integer>> epochs = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Batch batch : all(new Numbered(size), options)) {
            assertThat(batch.batchSize()).isLessThanOrEqualTo(batchSize);
            assertThat(batch.batchSize() == 1 || batch.totalTokens() <= maxTokens)
                    .isTrue();
            epochs.get(batch.labels()[0]).addAll(indices(batch));
        }
        for (List<Integer> epoch : epochs) {
            assertThat(epoch).hasSize(size).doesNotHaveDuplicates();
        }
    }

    @Property(tries = 100)
    void goesOnFromAnyPositionAsIfNeverInterrupted(
            @ForAll @IntRange(min = 1, max = 60) int size,
            @ForAll @IntRange(min = 1, max = 7) int batchSize,
            @ForAll @IntRange(min = 0, max = 3) int windows,
            @ForAll boolean dropLast,
            @ForAll long seed) {
        DataLoaderOptions options = DataLoaderOptions.builder(batchSize)
                .seed(seed)
                .lengthGroupingWindow(windows * batchSize)
                .dropLast(dropLast && size >= batchSize)
                .epochs(3)
                .build();
        Dataset dataset = new Numbered(size);
        List<Batch> whole = all(dataset, options);
        for (int stop = 0; stop < whole.size(); stop++) {
            DataPosition position;
            try (DataLoader loader = DataLoader.open(dataset, DataCollator.DEFAULT, options, START)) {
                for (int i = 0; i < stop; i++) {
                    loader.next();
                    assertThat(loader.hasNext()).isTrue(); // what lies ready doesn't count as consumed
                }
                position = loader.position();
            }
            try (DataLoader loader = DataLoader.open(dataset, DataCollator.DEFAULT, options, position)) {
                assertThat(loader.position()).isEqualTo(position);
                assertThat(rest(loader)).isEqualTo(whole.subList(stop, whole.size()));
            }
        }
    }

    @Test
    void orderDiffersByEpochAndSeedAndIsThatOfTheDatasetWithoutShuffling() {
        Dataset dataset = new Numbered(50);
        DataLoaderOptions.Builder builder = DataLoaderOptions.builder(50).epochs(2);
        List<Batch> batches = all(dataset, builder.seed(1).build());
        assertThat(indices(batches.get(0))).isNotEqualTo(indices(batches.get(1)));
        assertThat(all(dataset, builder.seed(1).build())).isEqualTo(batches);
        assertThat(all(dataset, builder.seed(2).build())).isNotEqualTo(batches);
        assertThat(indices(all(dataset, builder.shuffle(false).build()).get(1)))
                .isEqualTo(LongStream.range(0, 50).mapToObj(i -> (int) i).toList());
    }

    @Test
    void groupedBatchesHaveSimilarLengths() {
        Dataset dataset = new Numbered(3_200);
        DataLoaderOptions.Builder builder = DataLoaderOptions.builder(16).epochs(1);
        assertThat(spread(all(dataset, builder.build()))).isGreaterThan(20);
        assertThat(spread(all(dataset, builder.lengthGroupingWindow(800).build())))
                .isLessThan(2);
    }

    private static double spread(List<Batch> batches) {
        return batches.stream()
                .mapToInt(batch ->
                        batch.maxLength() - Arrays.stream(batch.lengths()).min().orElseThrow())
                .average()
                .orElseThrow();
    }

    @Test
    void theLastBatchMayBeDropped() {
        DataLoaderOptions.Builder builder =
                DataLoaderOptions.builder(8).dropLast(true).epochs(2);
        assertThat(all(new Numbered(30), builder.build())).hasSize(6).allMatch(batch -> batch.batchSize() == 8);
        assertThatThrownBy(() -> all(new Numbered(7), builder.build()))
                .hasMessage("the dataset has 7 examples, which don't make a batch of 8");
    }

    @Test
    void aFailureComesInItsPlace() {
        IllegalStateException broken = new IllegalStateException("broken at 20");
        Dataset dataset = new Dataset() {
            @Override
            public long size() {
                return 100;
            }

            @Override
            public Example get(int epoch, long index) {
                if (index == 20) {
                    throw broken;
                }
                return new Numbered(100).get(epoch, index);
            }
        };
        DataLoaderOptions options =
                DataLoaderOptions.builder(8).shuffle(false).prefetchBatches(16).build();
        try (DataLoader loader = DataLoader.open(dataset, DataCollator.DEFAULT, options, START)) {
            assertThat(indices(loader.next())).startsWith(0);
            assertThat(indices(loader.next())).startsWith(8);
            assertThatThrownBy(loader::next).isSameAs(broken);
            assertThatThrownBy(loader::hasNext).isSameAs(broken);
            assertThat(loader.position()).isEqualTo(new DataPosition(0, 16));
        }
    }

    @Test
    void endsAndCloses() {
        DataLoaderOptions options = DataLoaderOptions.builder(8).epochs(1).build();
        DataLoader loader = DataLoader.open(new Numbered(8), DataCollator.DEFAULT, options, START);
        loader.next();
        assertThat(loader.position()).isEqualTo(new DataPosition(1, 0));
        assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
        loader.close();
        loader.close();
        assertThatThrownBy(loader::hasNext).hasMessage("the data loader is closed");

        DataLoader endless = DataLoader.open(
                new Numbered(8),
                DataCollator.DEFAULT,
                DataLoaderOptions.builder(8).build(),
                START);
        endless.next();
        endless.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("data-loader"));
    }

    @Test
    void anInterruptEndsTheWaiting() {
        Dataset never = new Dataset() {
            @Override
            public long size() {
                return 1;
            }

            @Override
            public Example get(int epoch, long index) {
                try {
                    new CountDownLatch(1).await(); // until closed
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new CancellationException("closed");
            }
        };
        try (DataLoader loader = DataLoader.open(
                never, DataCollator.DEFAULT, DataLoaderOptions.builder(1).build(), START)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(loader::hasNext).hasMessage("waiting for the next batch was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aPositionFromOtherOptionsIsRefused() {
        DataLoaderOptions options =
                DataLoaderOptions.builder(8).lengthGroupingWindow(32).build();
        assertThatThrownBy(
                        () -> DataLoader.open(new Numbered(50), DataCollator.DEFAULT, options, new DataPosition(0, 50)))
                .hasMessage("DataPosition[epoch=0, index=50] is behind the end of an epoch of 50 examples");
        try (DataLoader loader =
                DataLoader.open(new Numbered(50), DataCollator.DEFAULT, options, new DataPosition(0, 11))) {
            assertThatThrownBy(loader::next)
                    .hasMessage("position 11 of epoch 0 is inside a batch: "
                            + "it was reached with other options of the data loader");
        }
    }

    private static List<Batch> all(Dataset dataset, DataLoaderOptions options) {
        try (DataLoader loader = DataLoader.open(dataset, DataCollator.DEFAULT, options, START)) {
            return rest(loader);
        }
    }

    private static List<Batch> rest(DataLoader loader) {
        List<Batch> batches = new ArrayList<>();
        loader.forEachRemaining(batches::add);
        return batches;
    }

    /** The first token of each sequence: its index. */
    private static List<Integer> indices(Batch batch) {
        List<Integer> indices = new ArrayList<>();
        int start = 0;
        for (int length : batch.lengths()) {
            indices.add(batch.inputIds()[start]);
            start += length;
        }
        return indices;
    }
}
