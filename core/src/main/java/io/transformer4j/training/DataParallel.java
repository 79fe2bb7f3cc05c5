package io.transformer4j.training;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.data.Batch;
import io.transformer4j.data.SequenceTarget;
import io.transformer4j.models.BatchComparing;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.OperatorObserver;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.Team;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One model, as many workers as the pool has: each computes the gradients of its part of a batch on a replica that shares
 * the weights, then each sums and applies its part of the parameters. Sums are made in the order of the workers, so a run
 * is reproducible for a given number of workers.
 */
final class DataParallel implements AutoCloseable {
    private final ComputePool pool;
    private final Precision precision;
    private final List<TrainableModel> replicas = new ArrayList<>();
    private final List<List<Parameter>> trainable = new ArrayList<>();
    private final List<List<GradientSlice>> slices;

    /** Means over a batch: the loss, and its named parts. */
    record Means(double loss, Map<String, Double> parts) {}

    DataParallel(TrainableModel model, ComputePool pool, Precision precision) {
        this.pool = pool;
        this.precision = precision;
        for (int worker = 0; worker < pool.workers(); worker++) {
            TrainableModel replica = worker == 0 ? model : (TrainableModel) model.replicate();
            replica.setLabelSmoothing(model.labelSmoothing());
            replica.setClassWeights(model.classWeights());
            replicas.add(replica);
            trainable.add(List.copyOf(trainable(replica).values()));
        }
        slices = divide(GradientSlice.of(trainable.get(0)), pool.workers());
    }

    /** The parameters that learn, by name. */
    static Map<String, Parameter> trainable(PretrainedModel model) {
        Map<String, Parameter> result = new LinkedHashMap<>(model.namedParameters());
        result.values().removeIf(parameter -> !parameter.trainable());
        return result;
    }

    /** Consecutive slices of about the same number of elements for each worker. */
    private static List<List<GradientSlice>> divide(List<GradientSlice> all, int workers) {
        long total = all.stream().mapToLong(GradientSlice::length).sum();
        List<List<GradientSlice>> result = new ArrayList<>();
        IntStream.range(0, workers).forEach(worker -> result.add(new ArrayList<>()));
        long before = 0;
        for (GradientSlice slice : all) {
            result.get((int) Math.min(workers - 1, before * workers / Math.max(1, total)))
                    .add(slice);
            before += slice.length();
        }
        return result;
    }

    /**
     * Computes the gradients of a step's micro-batches, divided among the workers.
     *
     * @param dropoutKey makes this step's dropout
     */
    Means gradients(List<Batch> microBatches, long dropoutKey) {
        TrainableModel.Totals totals = totals(microBatches);
        if (replicas.get(0) instanceof BatchComparing) {
            return sum(IntStream.range(0, microBatches.size())
                    .mapToObj(i -> compare(microBatches.get(i), dropoutKey, i, totals))
                    .toList());
        }
        List<List<Batch>> shards =
                microBatches.stream().map(batch -> batch.split(pool.workers())).toList();
        Team team = new Team(pool.workers()); // for the vocabulary head
        return sum(pool.onEachWorker(worker -> {
            List<Means> means = new ArrayList<>();
            try (Team.Membership membership = team.join(worker)) {
                TrainableModel replica = replicas.get(worker);
                replica.train(true);
                for (int i = 0; i < shards.size(); i++) {
                    if (worker < shards.get(i).size()) {
                        Dropout.reseedAll(replica, dropoutKey(dropoutKey, i, worker));
                        means.add(backward(replica, shards.get(i).get(worker), totals));
                    }
                }
            }
            return sum(means);
        }));
    }

    private static long dropoutKey(long step, int microBatch, int worker) {
        return step * 1_000_003 + microBatch * 1009L + worker;
    }

    /** The same for a micro-batch whose sequences are compared with each other. */
    private Means compare(Batch batch, long dropoutKey, int microBatch, TrainableModel.Totals totals) {
        try (BatchComparison comparison = new BatchComparison(pool, batch.split(pool.workers()), totals)) {
            comparison.represent((worker, shard) -> {
                TrainableModel replica = replicas.get(worker);
                replica.train(true);
                Dropout.reseedAll(replica, dropoutKey(dropoutKey, microBatch, worker));
                return represent(replica, shard);
            });
            Means means = comparison.lossAndGradients((BatchComparing) replicas.get(0));
            comparison.backward();
            return means;
        }
    }

    private Tensor represent(TrainableModel replica, Batch shard) {
        try (Precision.Region region = precision.enter(replica.device().type())) {
            return ((BatchComparing) replica).represent(inputs(shard, replica));
        }
    }

    private Means backward(TrainableModel replica, Batch shard, TrainableModel.Totals totals) {
        try (TensorScope scope = new TensorScope()) {
            OperatorObserver observer = replica.observer();
            observer.passBegan(OperatorObserver.Pass.FORWARD);
            TrainableModel.Loss loss = loss(replica, shard, totals);
            observer.passBegan(OperatorObserver.Pass.BACKWARD);
            loss.total().backward();
            observer.passesEnded();
            return means(loss);
        }
    }

    /** The mean loss of a batch in evaluation mode, without gradients. */
    Means evaluate(Batch batch) {
        TrainableModel.Totals totals = totals(List.of(batch));
        List<Batch> shards = batch.split(pool.workers());
        if (replicas.get(0) instanceof BatchComparing comparing) {
            try (BatchComparison comparison = new BatchComparison(pool, shards, totals)) {
                comparison.represent((worker, shard) -> {
                    replicas.get(worker).train(false);
                    try (NoGradGuard guard = new NoGradGuard()) {
                        return represent(replicas.get(worker), shard);
                    }
                });
                return comparison.loss(comparing);
            }
        }
        return sum(pool.onEachWorker(worker -> {
            if (worker >= shards.size()) {
                return sum(List.of());
            }
            TrainableModel replica = replicas.get(worker);
            replica.train(false);
            try (NoGradGuard guard = new NoGradGuard()) {
                return means(loss(replica, shards.get(worker), totals));
            }
        }));
    }

    private TrainableModel.Loss loss(TrainableModel replica, Batch shard, TrainableModel.Totals totals) {
        try (Precision.Region region = precision.enter(replica.device().type())) {
            return replica.loss(inputs(shard, replica), targets(shard), totals);
        }
    }

    private static ModelInputs inputs(Batch batch, PretrainedModel model) {
        ModelInputs inputs = ModelInputs.of(
                longs(batch.inputIds()),
                longs(batch.tokenTypeIds()),
                null, // a batch's positions are always those of whole sequences
                SequenceLayout.of(batch.lengths()),
                model.device());
        Batch decoder = batch.decoder();
        return decoder == null ? inputs : inputs.withDecoder(inputs(decoder, model));
    }

    /** The targets of sequences in several batches, one behind the other. */
    static TrainableModel.Targets targets(List<Batch> batches) {
        List<SequenceTarget> all = batches.stream()
                .flatMap(batch -> Optional.ofNullable(batch.targets()).orElse(List.of()).stream())
                .toList();
        return new TrainableModel.Targets(
                new long[0],
                longs(all, SequenceTarget::label),
                values(all),
                longs(all, SequenceTarget::start),
                longs(all, SequenceTarget::end));
    }

    private static TrainableModel.Targets targets(Batch batch) {
        Batch predicted = batch.decoder() == null ? batch : batch.decoder();
        List<SequenceTarget> whole = batch.targets();
        if (whole != null) {
            return new TrainableModel.Targets(
                    longs(predicted.labels()),
                    longs(whole, SequenceTarget::label),
                    values(whole),
                    longs(whole, SequenceTarget::start),
                    longs(whole, SequenceTarget::end));
        }
        int[] next = batch.nextSentenceLabels();
        return TrainableModel.Targets.ofTokens(longs(predicted.labels()), next == null ? new long[0] : longs(next));
    }

    private static long[] longs(List<SequenceTarget> targets, ToIntFunction<SequenceTarget> component) {
        return targets.stream().mapToInt(component).asLongStream().toArray();
    }

    private static float[] values(List<SequenceTarget> targets) {
        List<Float> all =
                targets.stream().flatMap(target -> target.values().stream()).toList();
        float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i);
        }
        return values;
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    private static TrainableModel.Totals totals(List<Batch> batches) {
        return TrainableModel.Totals.of(
                batches.stream().map(DataParallel::targets).toList(),
                batches.stream().mapToLong(Batch::batchSize).sum());
    }

    static Means means(TrainableModel.Loss loss) {
        Map<String, Double> parts = new TreeMap<>();
        loss.parts().forEach((name, part) -> parts.put(name, part.item_double()));
        return new Means(loss.total().item_double(), parts);
    }

    private static Means sum(List<Means> addends) {
        Map<String, Double> parts = new TreeMap<>();
        addends.forEach(means -> means.parts().forEach((name, value) -> parts.merge(name, value, Double::sum)));
        return new Means(addends.stream().mapToDouble(Means::loss).sum(), parts);
    }

    /** Adds all workers' gradients into the model's own, and returns their global norm. */
    double reduce() {
        for (int i = 0; i < trainable.get(0).size(); i++) {
            moveToFirst(i);
        }
        double[] squares =
                pool
                        .onEachWorker(worker -> slices.get(worker).stream()
                                .mapToDouble(this::reduce)
                                .toArray())
                        .stream()
                        .flatMapToDouble(Arrays::stream)
                        .toArray();
        return Math.sqrt(Arrays.stream(squares).sum());
    }

    /** Gives worker 0 what needs no sum: gradients that it has none of, and rows of look-ups. */
    private void moveToFirst(int index) {
        try (TensorScope scope = new TensorScope()) {
            Parameter first = trainable.get(0).get(index);
            for (int worker = 1; worker < trainable.size(); worker++) {
                trainable.get(worker).get(index).moveGradTo(first);
            }
            first.grad(); // rows of look-ups are added here, not by the many that read slices
        }
    }

    private double reduce(GradientSlice slice) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor sum = trainable
                    .get(0)
                    .get(slice.parameter())
                    .grad()
                    .map(slice::of)
                    .orElse(null);
            if (sum == null) {
                return 0;
            }
            for (int worker = 1; worker < trainable.size(); worker++) {
                trainable.get(worker).get(slice.parameter()).grad().ifPresent(grad -> sum.add_(slice.of(grad)));
            }
            double norm = sum.norm().item_double();
            return norm * norm;
        }
    }

    /** Lets {@code optimizer} apply the {@linkplain #reduce() reduced} gradients. */
    void apply(AdamW optimizer, long step, double learningRate, @Nullable Double gradScale) {
        pool.onEachWorker(worker -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                optimizer.step(slices.get(worker), step, learningRate, gradScale);
            }
            return worker;
        });
    }

    /** Drops all gradients. */
    void clearGradients() {
        trainable.forEach(parameters -> parameters.forEach(Parameter::clearGrad));
    }

    /** Frees the replicas; the model stays. */
    @Override
    public void close() {
        replicas.subList(1, replicas.size()).forEach(PretrainedModel::close);
    }
}
