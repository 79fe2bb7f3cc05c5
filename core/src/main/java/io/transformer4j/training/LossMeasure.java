package io.transformer4j.training;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataLoader;
import io.transformer4j.data.DataLoaderOptions;
import io.transformer4j.data.DataPosition;
import io.transformer4j.data.Dataset;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The loss of a model on examples that it doesn't learn from. */
public final class LossMeasure {
    private LossMeasure() {}

    /**
     * Measures a model.
     *
     * @param data examples with labels, or what {@code collator} makes labels of
     * @param batchSize most sequences of a batch
     * @return {@code loss}, the mean over all labels; {@code perplexity}, its exponential; each part that the model reports; and
     *     {@code labels}, how many there were
     */
    public static Map<String, Double> of(
            TrainableModel model,
            Dataset data,
            DataCollator collator,
            int batchSize,
            ComputePool pool,
            Precision precision) {
        try (DataParallel workers = new DataParallel(model, pool, precision)) {
            return losses(workers, data, collator, batchSize, Long.MAX_VALUE, () -> true);
        }
    }

    /** As {@link #of}, over {@code limit} batches at most, and as long as the result is wanted. */
    static Map<String, Double> losses(
            DataParallel workers,
            Dataset data,
            DataCollator collator,
            int batchSize,
            long limit,
            BooleanSupplier wanted) {
        Map<String, Double> sums = new TreeMap<>();
        long weight = 0;
        DataLoaderOptions options =
                DataLoaderOptions.builder(batchSize).shuffle(false).epochs(1).build();
        try (DataLoader loader = DataLoader.open(data, collator, options, DataPosition.START)) {
            for (long i = 0; i < limit && wanted.getAsBoolean() && loader.hasNext(); i++) {
                Batch batch = loader.next();
                DataParallel.Means means = workers.evaluate(batch);
                long labels = batch.weight();
                weight += labels;
                sums.merge("loss", means.loss() * labels, Double::sum);
                means.parts().forEach((name, value) -> sums.merge(name, value * labels, Double::sum));
            }
        }
        double total = weight;
        sums.replaceAll((name, sum) -> sum / total);
        sums.put("perplexity", Math.exp(sums.getOrDefault("loss", Double.NaN)));
        sums.put("labels", total);
        return sums;
    }
}
