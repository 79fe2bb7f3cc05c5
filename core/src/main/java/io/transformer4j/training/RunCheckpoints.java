package io.transformer4j.training;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointStore;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.checkpoint.SafetensorsWriter;
import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Fingerprint;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.WeightLoader;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one run: each a model folder that HF can load, with the optimizer's moments in {@code
 * optimizer.safetensors} and everything else in {@code trainer_state.json}.
 */
final class RunCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(RunCheckpoints.class);
    private static final String OPTIMIZER_NAME = "optimizer.safetensors";
    /** The weights that are trained, where the model's own file holds their moving average. */
    private static final String TRAINED_NAME = "trained_weights.safetensors";

    private static final String STATE_NAME = "trainer_state.json";

    private final CheckpointStore store;
    private final Setup setup;
    private final AtomicFiles.FolderWriter companions;

    /**
     * What must not change when a run goes on, since the data would come in another order.
     *
     * @param trainingData tells training data apart
     * @param workers only changes the order of sums: a warning
     */
    record Setup(
            long seed,
            int batchSize,
            int gradientAccumulationSteps,
            int maxTokensPerBatch,
            boolean groupByLength,
            long trainingExamples,
            Fingerprint trainingData,
            int workers) {
        private static final int SAMPLES = 64;

        static Setup of(TrainingArguments arguments, Dataset data, DataCollator collator, int workers) {
            return new Setup(
                    arguments.seed(),
                    arguments.batchSize(),
                    arguments.gradientAccumulationSteps(),
                    arguments.maxTokensPerBatch(),
                    arguments.groupByLength(),
                    data.size(),
                    fingerprint(data, collator),
                    workers);
        }

        /** A hash of examples from all over the dataset as the collator makes them: cheap whatever its size. */
        private static Fingerprint fingerprint(Dataset data, DataCollator collator) {
            StringBuilder content = new StringBuilder();
            long samples = Math.min(SAMPLES, data.size());
            for (long i = 0; i < samples; i++) {
                Batch batch = collator.collate(0, List.of(data.get(0, i * data.size() / samples)));
                content.append(Arrays.toString(batch.inputIds())).append(Arrays.toString(batch.labels()));
                if (batch.targets() != null) {
                    content.append(batch.targets());
                }
            }
            return Fingerprint.of(content.toString().getBytes(StandardCharsets.UTF_8));
        }

        /** In which setting another run differs from this one, in words. */
        Optional<String> differenceTo(Setup other) {
            return Stream.of(
                            difference("seed", seed, other.seed),
                            difference("batchSize", batchSize, other.batchSize),
                            difference(
                                    "gradientAccumulationSteps",
                                    gradientAccumulationSteps,
                                    other.gradientAccumulationSteps),
                            difference("maxTokensPerBatch", maxTokensPerBatch, other.maxTokensPerBatch),
                            difference("groupByLength", groupByLength, other.groupByLength),
                            difference("trainingExamples", trainingExamples, other.trainingExamples),
                            trainingData.equals(other.trainingData)
                                    ? Optional.<String>empty()
                                    : Optional.of("other training data"))
                    .flatMap(Optional::stream)
                    .findFirst();
        }

        private static Optional<String> difference(String name, Object mine, Object others) {
            return mine.equals(others)
                    ? Optional.empty()
                    : Optional.of("%s %s instead of %s".formatted(name, others, mine));
        }
    }

    /** What {@code trainer_state.json} holds. */
    record Saved(Setup setup, TrainerState state) {}

    /** Checkpoints below {@code runFolder}; {@code companions} adds files such as the tokenizer's to each. */
    RunCheckpoints(Path runFolder, Setup setup, AtomicFiles.FolderWriter companions) {
        this.store = new CheckpointStore(runFolder);
        this.setup = setup;
        this.companions = companions;
    }

    /** Whether a file of this name in a checkpoint is there for resuming, and not part of the model. */
    static boolean isTrainingState(String name) {
        return name.equals(OPTIMIZER_NAME) || name.equals(TRAINED_NAME) || name.equals(STATE_NAME);
    }

    /** Saves a checkpoint; if there is a moving average, the model in it has the averaged weights. */
    Path save(PretrainedModel model, AdamW optimizer, @Nullable MovingAverage average, TrainerState state, int keep) {
        CheckpointStore.Checkpoint saved =
                store.save(state.globalStep(), folder -> write(model, optimizer, average, state, folder));
        if (keep > 0) {
            store.prune(keep, state.bestMetric() == null ? OptionalLong.empty() : OptionalLong.of(state.bestStep()));
        }
        return saved.folder();
    }

    private void write(
            PretrainedModel model, AdamW optimizer, @Nullable MovingAverage average, TrainerState state, Path folder)
            throws IOException {
        try (TensorScope scope = new TensorScope()) {
            if (average == null) {
                Models.save(model, folder);
            } else {
                Models.save(model, average.averages(), folder);
                write(average.trained(), folder.resolve(TRAINED_NAME));
            }
            write(optimizer.state(), folder.resolve(OPTIMIZER_NAME));
        }
        ConfigJson.write(folder.resolve(STATE_NAME), new Saved(setup, state));
        companions.writeTo(folder);
    }

    private static void write(Map<String, Tensor> tensors, Path file) {
        Map<String, Tensor> onCpu = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> onCpu.put(name, tensor.cpu()));
        SafetensorsWriter.write(file, onCpu);
    }

    /**
     * Brings model, optimizer and average to the newest complete checkpoint.
     *
     * @return its state; empty if there is no checkpoint
     * @throws TrainingException if that run had another setup
     */
    Optional<TrainerState> resume(PretrainedModel model, AdamW optimizer, @Nullable MovingAverage average) {
        store.recover();
        CheckpointStore.Resume resume = store.newestComplete();
        resume.skipped()
                .forEach(skipped ->
                        LOG.warn("{} passed over: {}", skipped.checkpoint().folder(), skipped.reason()));
        return resume.newest().map(checkpoint -> load(checkpoint.folder(), model, optimizer, average));
    }

    private TrainerState load(Path folder, PretrainedModel model, AdamW optimizer, @Nullable MovingAverage average) {
        Saved saved = ConfigJson.read(folder.resolve(STATE_NAME), Saved.class);
        checkSetup(folder, saved.setup());
        Path trained = folder.resolve(TRAINED_NAME);
        if (Files.exists(trained) != (average != null)) {
            throw new TrainingException(folder + " belongs to a run "
                    + (average == null ? "with" : "without") + " a moving average of the weights (emaDecay)"
                    + ": resume with the same arguments, or choose another output folder");
        }
        loadWeights(folder, model);
        if (average != null) {
            average.readTrained(trained);
        }
        Path file = folder.resolve(OPTIMIZER_NAME);
        try (SafetensorsFile moments = SafetensorsFile.open(file);
                TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            if (!moments.names().equals(optimizer.state().keySet())) {
                throw new CheckpointException(file, "holds the state of other parameters than this model trains");
            }
            optimizer.state().forEach((name, moment) -> moment.copy_(moments.tensor(name)));
        }
        LOG.info("resumed from {}", folder);
        return saved.state();
    }

    private void checkSetup(Path folder, Setup before) {
        setup.differenceTo(before).ifPresent(difference -> {
            throw new TrainingException(folder + " belongs to a run with " + difference
                    + ": resume with the same data and arguments, or choose another output folder");
        });
        if (before.workers() != setup.workers()) {
            LOG.warn(
                    "{} was made with {} threads, this run has {}: sums round differently, so results will differ in the"
                            + " last digits, and dropout in its choices",
                    folder,
                    before.workers(),
                    setup.workers());
        }
    }

    /**
     * Checks that a new run may begin here.
     *
     * @throws TrainingException if an earlier one left checkpoints: theirs and the new ones would be taken for one run's
     */
    void requireNone() {
        List<CheckpointStore.Checkpoint> earlier = store.list();
        if (!earlier.isEmpty()) {
            throw new TrainingException(earlier.get(earlier.size() - 1).folder()
                    + " belongs to an earlier run: resume it, or choose another output folder");
        }
    }

    /** Gives {@code model} the weights of the checkpoint of {@code step}. */
    void loadWeights(PretrainedModel model, long step) {
        store.list().stream()
                .filter(checkpoint -> checkpoint.step() == step)
                .findFirst()
                .ifPresentOrElse(
                        checkpoint -> loadWeights(checkpoint.folder(), model),
                        () -> LOG.warn(
                                "the checkpoint of the best step, {}, is gone: the last weights are kept", step));
    }

    private static void loadWeights(Path folder, PretrainedModel model) {
        WeightLoader.restore(model, folder);
    }
}
