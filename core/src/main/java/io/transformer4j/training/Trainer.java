package io.transformer4j.training;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataLoader;
import io.transformer4j.data.DataLoaderOptions;
import io.transformer4j.data.DataPosition;
import io.transformer4j.data.Dataset;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.ComputePool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a model: steps, schedule, evaluation, checkpoints, resume, early stop (HF {@code Trainer}).
 *
 * <p>One thread calls {@link #train}; {@link #stop} may come from any other at any time, even from a shutdown hook in the
 * middle of a step: weights, optimizer and state only change together, under one lock, so what it saves is always the
 * state after the last complete step.
 */
public final class Trainer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    /** Keeps {@code norm / limit} finite, as in torch's {@code clip_grad_norm_}. */
    private static final double CLIP_EPSILON = 1e-6;

    private final TrainableModel model;
    private final TrainingArguments arguments;
    private final Dataset trainData;
    private final DataCollator trainCollator;
    private final @Nullable Dataset evalData;
    private final DataCollator evalCollator;
    private final List<Evaluator> evaluators;
    private final List<TrainerCallback> callbacks;
    private final DataParallel workers;
    private final AdamW optimizer;
    private final @Nullable MovingAverage average;
    private final @Nullable RunCheckpoints checkpoints;
    private final @Nullable Path outputFolder;
    private final AtomicFiles.FolderWriter companions;

    /** Guards weights, moments, averages and {@link #state}. */
    private final Object updateLock = new Object();

    private TrainerState state = TrainerState.START;
    private @Nullable TrainerState saved;
    private boolean resumeTried;
    private boolean stopped;

    private Trainer(Builder builder) {
        model = builder.model;
        arguments = builder.arguments;
        trainData = Builder.given(builder.trainData, "trainData");
        trainCollator = builder.trainCollator;
        evalData = builder.evalData;
        evalCollator = builder.evalCollator;
        evaluators = List.copyOf(builder.evaluators);
        callbacks = List.copyOf(builder.callbacks);
        outputFolder = builder.outputFolder;
        companions = builder.companions;
        ComputePool pool = Builder.given(builder.pool, "pool");
        model.setLabelSmoothing(arguments.labelSmoothing());
        model.setGradientCheckpointing(arguments.gradientCheckpointing());
        workers = new DataParallel(builder.model, pool, arguments.precision());
        optimizer = new AdamW(DataParallel.trainable(model), arguments, builder.learningRateScale);
        average = arguments.emaDecay() == 0
                ? null
                : new MovingAverage(DataParallel.trainable(model), arguments.emaDecay());
        checkpoints = outputFolder == null
                ? null
                : new RunCheckpoints(
                        outputFolder,
                        RunCheckpoints.Setup.of(arguments, trainData, trainCollator, pool.workers()),
                        companions);
    }

    /** Starts a trainer for {@code model}, which has weights. */
    public static Builder builder(TrainableModel model, TrainingArguments arguments) {
        return new Builder(model, arguments);
    }

    /**
     * Goes on from the newest complete checkpoint of the output folder; call it before {@link #train}.
     *
     * @return whether there was one
     * @throws TrainingException if it was made with other data or arguments
     */
    public boolean resume() {
        if (checkpoints == null) {
            throw new IllegalStateException("resuming needs an output folder");
        }
        synchronized (updateLock) {
            resumeTried = true;
            Optional<TrainerState> resumed = checkpoints.resume(model, optimizer, average);
            resumed.ifPresent(found -> {
                state = found;
                saved = found;
            });
            return resumed.isPresent();
        }
    }

    /**
     * Trains to the last step, or until early stop or {@link #stop}, and writes the model to the output folder.
     *
     * @return the final state
     * @throws TrainingException if too many steps in a row were not finite, or if the output folder has checkpoints of
     *     another run, which would mix with this one's, or another training is writing to it now
     */
    public TrainerState train() {
        if (outputFolder == null) {
            return trainUnlocked();
        }
        try (RunFolderLock lock = RunFolderLock.acquire(outputFolder)) {
            return trainUnlocked();
        }
    }

    private TrainerState trainUnlocked() {
        if (checkpoints != null && !resumeTried && saved == null) {
            checkpoints.requireNone();
        }
        callbacks.forEach(callback -> callback.onTrainBegin(state, arguments));
        try (DataLoader loader = DataLoader.open(trainData, trainCollator, trainOptions(), state.position())) {
            Throughput throughput = new Throughput();
            completeStep(throughput); // what a stop after the step that was saved left undone
            while (!stopped() && !isOver()) {
                step(loader);
                completeStep(throughput);
            }
        }
        if (!stopped()) {
            finish();
        }
        return state;
    }

    private boolean isOver() {
        int patience = arguments.earlyStoppingPatience();
        return state.globalStep() >= arguments.maxSteps() || (patience > 0 && state.evaluationsSinceBest() >= patience);
    }

    /** Makes the log line, the evaluation and the checkpoint that are due after the last step and not made yet. */
    private void completeStep(Throughput throughput) {
        if (stopped() || state.globalStep() == 0) {
            return;
        }
        boolean last = state.globalStep() >= arguments.maxSteps();
        if (state.sinceLog().steps() > 0 && (last || isDue(arguments.loggingSteps()))) {
            log(throughput);
        }
        boolean evaluated = state.evaluatedStep() == state.globalStep();
        if (evalData != null && !evaluated && (last || isDue(arguments.evalSteps()))) {
            evaluateAndCompare();
        }
        // Weights whose loss isn't finite may be beyond rescue: they must not push out older checkpoints.
        if (isOver() || (isDue(arguments.saveSteps()) && state.skippedInARow() == 0)) {
            save();
        }
    }

    private boolean isDue(long every) {
        return every > 0 && state.globalStep() % every == 0;
    }

    private DataLoaderOptions trainOptions() {
        DataLoaderOptions.Builder options = DataLoaderOptions.builder(arguments.batchSize())
                .seed(arguments.seed())
                .dropLast(arguments.maxTokensPerBatch() == 0);
        if (arguments.maxTokensPerBatch() > 0) {
            options.maxTokensPerBatch(arguments.maxTokensPerBatch());
        }
        if (arguments.groupByLength()) {
            options.lengthGroupingWindow(arguments.batchSize() * 50);
        }
        return options.build();
    }

    private void step(DataLoader loader) {
        long start = System.nanoTime();
        List<Batch> microBatches = new ArrayList<>();
        for (int i = 0; i < arguments.gradientAccumulationSteps(); i++) {
            microBatches.add(loader.next());
        }
        long loaded = System.nanoTime();
        long computed;
        long reduced;
        DataParallel.Means means;
        boolean finite;
        try {
            means = workers.gradients(microBatches, arguments.seed() + state.globalStep());
            computed = System.nanoTime();
            double norm = workers.reduce();
            reduced = System.nanoTime();
            finite = Double.isFinite(means.loss()) && Double.isFinite(norm);
            synchronized (updateLock) {
                if (stopped) {
                    return; // the state that was saved doesn't have this step
                }
                if (finite) {
                    double learningRate = arguments.learningRateAt(state.globalStep());
                    long update = state.optimizerSteps() + 1;
                    workers.apply(optimizer, update, learningRate, clipDivisor(norm));
                    if (average != null) {
                        average.update(update);
                    }
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                state = next(microBatches, loader.position(), seconds, finite ? metrics(means, norm) : null);
            }
            if (!finite) {
                reportSkipped(means.loss(), norm);
            }
        } finally {
            workers.clearGradients();
        }
        long ended = System.nanoTime();
        callbacks.forEach(callback -> callback.onStepEnd(state, means.loss()));
        StepTimes times = new StepTimes(start, loaded, computed, reduced, ended);
        callbacks.forEach(callback -> callback.onStepTimed(state, times));
        if (state.skippedInARow() >= arguments.maxSkippedSteps()) {
            throw tooManySkipped();
        }
    }

    private static Map<String, Double> metrics(DataParallel.Means means, double norm) {
        Map<String, Double> metrics = new TreeMap<>(means.parts());
        metrics.put("loss", means.loss());
        metrics.put("grad_norm", norm);
        return metrics;
    }

    /** What gradients are divided by so that their norm is at most the limit; null if it is already. */
    private @Nullable Double clipDivisor(double norm) {
        double divisor = (norm + CLIP_EPSILON) / arguments.maxGradNorm();
        return arguments.maxGradNorm() > 0 && divisor > 1 ? divisor : null;
    }

    /** The state after a step with these metrics, or with none if it was skipped. */
    private TrainerState next(
            List<Batch> microBatches, DataPosition position, double seconds, @Nullable Map<String, Double> metrics) {
        long tokens = microBatches.stream().mapToLong(Batch::processedTokens).sum();
        boolean skipped = metrics == null;
        return state.with(next -> next.globalStep(state.globalStep() + 1)
                .optimizerSteps(state.optimizerSteps() + (skipped ? 0 : 1))
                .position(position)
                .tokens(state.tokens() + tokens)
                .skippedSteps(state.skippedSteps() + (skipped ? 1 : 0))
                .skippedInARow(skipped ? state.skippedInARow() + 1 : 0)
                .sinceLog(metrics == null ? state.sinceLog() : state.sinceLog().plus(metrics))
                .trainSeconds(state.trainSeconds() + seconds));
    }

    private void reportSkipped(double loss, double norm) {
        LOG.warn(
                "step {} skipped: loss {} and gradient norm {} are not both finite (data up to epoch {}, example {})",
                state.globalStep(),
                loss,
                norm,
                state.position().epoch(),
                state.position().index());
    }

    private TrainingException tooManySkipped() {
        return new TrainingException(state.skippedInARow() + " steps in a row had a loss or gradients that are not"
                + " finite, the last one step " + state.globalStep() + ": lower the learning rate and "
                + (saved == null
                        ? "start again"
                        : "resume from checkpoint-" + saved.globalStep() + ", which is sound"));
    }

    /**
     * Evaluates the model on the evaluation data, with its averaged weights if averages are kept.
     *
     * @return {@code eval_loss}, {@code eval_perplexity}, and {@code eval_} with each part that the model reports and each
     *     metric of the evaluators
     * @throws IllegalStateException if there is none
     */
    public Map<String, Double> evaluate() {
        return evaluateWhile(() -> true);
    }

    private Map<String, Double> evaluateWhile(BooleanSupplier wanted) {
        boolean swapped = showAverages();
        try {
            Map<String, Double> metrics = losses(wanted);
            model.train(false);
            for (Evaluator evaluator : evaluators) {
                if (wanted.getAsBoolean()) {
                    evaluator.evaluate(wanted).forEach((name, value) -> metrics.put("eval_" + name, value));
                }
            }
            return metrics;
        } finally {
            if (swapped) {
                hideAverages();
            }
        }
    }

    /** Gives the model its averages, if there are any and it hasn't got them; returns whether that changed anything. */
    private boolean showAverages() {
        synchronized (updateLock) {
            return average != null && average.show();
        }
    }

    private void hideAverages() {
        synchronized (updateLock) {
            if (average != null) {
                average.hide();
            }
        }
    }

    private Map<String, Double> losses(BooleanSupplier wanted) {
        long limit = arguments.evalBatches() == 0 ? Long.MAX_VALUE : arguments.evalBatches();
        Map<String, Double> metrics = new TreeMap<>();
        LossMeasure.losses(
                        workers,
                        Builder.given(evalData, "evalData"),
                        evalCollator,
                        arguments.batchSize(),
                        limit,
                        wanted)
                .forEach((name, value) -> metrics.put("eval_" + name, value));
        metrics.remove("eval_labels");
        return metrics;
    }

    /** Evaluates and notes the best. An evaluation that a stop breaks off is made after resuming. */
    private void evaluateAndCompare() {
        Map<String, Double> metrics = evaluateWhile(() -> !stopped());
        if (stopped()) {
            return;
        }
        double value = metricForBestModel(metrics);
        Double best = state.bestMetric();
        boolean better =
                Double.isFinite(value) && (best == null || (arguments.greaterIsBetter() ? value > best : value < best));
        synchronized (updateLock) {
            if (stopped) {
                return;
            }
            TrainerState evaluated = state.withEvaluatedStep(state.globalStep());
            state = better
                    ? evaluated.with(next ->
                            next.bestMetric(value).bestStep(state.globalStep()).evaluationsSinceBest(0))
                    : evaluated.withEvaluationsSinceBest(state.evaluationsSinceBest() + 1);
        }
        callbacks.forEach(callback -> callback.onEvaluate(state, metrics));
        if (better && (arguments.loadBestModelAtEnd() || arguments.earlyStoppingPatience() > 0)) {
            save();
        }
    }

    private double metricForBestModel(Map<String, Double> metrics) {
        Double value = metrics.get("eval_" + arguments.metricForBestModel());
        if (value == null) {
            throw new IllegalArgumentException("metricForBestModel is " + arguments.metricForBestModel()
                    + ", but the evaluation has only "
                    + metrics.keySet().stream()
                            .map(name -> name.replaceFirst("^eval_", ""))
                            .collect(Collectors.joining(", ")));
        }
        return value;
    }

    /** Writes a checkpoint of the state, unless there is one; does nothing without output folder. */
    private void save() {
        synchronized (updateLock) {
            if (checkpoints == null || state.equals(saved)) {
                return;
            }
            Path folder = checkpoints.save(model, optimizer, average, state, arguments.saveTotalLimit());
            saved = state;
            callbacks.forEach(callback -> callback.onSave(state, folder));
        }
    }

    private void finish() {
        showAverages();
        if (checkpoints != null && arguments.loadBestModelAtEnd() && state.bestMetric() != null) {
            checkpoints.loadWeights(model, state.bestStep());
        }
        if (outputFolder != null) {
            Models.save(model, outputFolder);
            try {
                companions.writeTo(outputFolder);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        callbacks.forEach(callback -> callback.onTrainEnd(state));
    }

    /**
     * Saves a checkpoint of the last complete step and makes {@link #train} end after the step in hand, whose work is
     * lost. May be called from any thread; returns when the checkpoint is complete. The trainer can't go on afterwards:
     * resume with another.
     *
     * @return the step that was saved last; negative without output folder
     */
    public long stop() {
        synchronized (updateLock) {
            stopped = true;
            save();
            return saved == null ? -1 : saved.globalStep();
        }
    }

    private boolean stopped() {
        synchronized (updateLock) {
            return stopped;
        }
    }

    /** Frees optimizer and replicas; the model stays. */
    @Override
    public void close() {
        optimizer.close();
        workers.close();
        if (average != null) {
            average.close();
        }
    }

    /** Reports the means since the last log line, and starts anew. */
    private void log(Throughput throughput) {
        Map<String, Double> metrics = new LinkedHashMap<>(state.sinceLog().means());
        metrics.put("learning_rate", arguments.learningRateAt(state.globalStep() - 1));
        metrics.put("tokens_per_second", throughput.measure());
        metrics.put("tokens", (double) state.tokens());
        metrics.put(
                "epoch", state.position().epoch() + (double) state.position().index() / trainData.size());
        callbacks.forEach(callback -> callback.onLog(state, metrics));
        synchronized (updateLock) {
            state = state.withSinceLog(MetricSums.NONE);
        }
    }

    /** Speed between two log lines of this process. */
    private final class Throughput {
        private long tokens = state.tokens();
        private long nanos = System.nanoTime();

        double measure() {
            long now = System.nanoTime();
            double perSecond = (state.tokens() - tokens) / ((now - nanos) / 1e9);
            tokens = state.tokens();
            nanos = now;
            return perSecond;
        }
    }

    /** Collects what a trainer needs. */
    public static final class Builder {
        private final TrainableModel model;
        private final TrainingArguments arguments;
        private final List<Evaluator> evaluators = new ArrayList<>();
        private final List<TrainerCallback> callbacks = new ArrayList<>();
        private @Nullable Dataset trainData;
        private DataCollator trainCollator = DataCollator.DEFAULT;
        private @Nullable Dataset evalData;
        private DataCollator evalCollator = DataCollator.DEFAULT;
        private @Nullable ComputePool pool;
        private @Nullable Path outputFolder;
        private AtomicFiles.FolderWriter companions = folder -> {};
        private ToDoubleFunction<String> learningRateScale = name -> 1;

        private Builder(TrainableModel model, TrainingArguments arguments) {
            this.model = model;
            this.arguments = arguments;
        }

        /** What to train on. */
        public Builder trainData(Dataset data, DataCollator collator) {
            trainData = data;
            trainCollator = collator;
            return this;
        }

        /** What to evaluate on; without it there is no evaluation. */
        public Builder evalData(Dataset data, DataCollator collator) {
            evalData = data;
            evalCollator = collator;
            return this;
        }

        /** Measures more at each evaluation. */
        public Builder evaluator(Evaluator evaluator) {
            evaluators.add(evaluator);
            return this;
        }

        /** The threads to train on; the caller closes them. */
        public Builder pool(ComputePool value) {
            pool = value;
            return this;
        }

        /** Where checkpoints and the final model go; without it nothing is written. */
        public Builder outputFolder(Path folder) {
            outputFolder = folder;
            return this;
        }

        /** Writes files that belong beside the weights, such as the tokenizer's, into each model folder. */
        public Builder companions(AtomicFiles.FolderWriter writer) {
            companions = writer;
            return this;
        }

        /**
         * What the learning rate is multiplied by, for each parameter by its name; 1 without. Lower layers of a pre-trained
         * encoder are often to change less than upper ones.
         */
        public Builder learningRateScale(ToDoubleFunction<String> scale) {
            learningRateScale = scale;
            return this;
        }

        /** Adds a callback; they are called in this order. */
        public Builder callback(TrainerCallback callback) {
            callbacks.add(callback);
            return this;
        }

        /** The trainer. */
        public Trainer build() {
            return new Trainer(this);
        }

        private static <T> T given(@Nullable T value, String name) {
            if (value == null) {
                throw new IllegalStateException("the trainer needs " + name);
            }
            return value;
        }
    }
}
