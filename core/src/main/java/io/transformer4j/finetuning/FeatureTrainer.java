package io.transformer4j.finetuning;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Example;
import io.transformer4j.data.Fingerprint;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.features.FeatureBasedModel;
import io.transformer4j.models.features.FeatureHeadConfig;
import io.transformer4j.models.features.FeatureHeadModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Trains a head on the features of a pre-trained encoder, which stays as it is. The features are computed once, and kept for the next
 * time.
 *
 * @param <R> a row of the task's data
 */
public final class FeatureTrainer<R> {
    private final Task<R> task;
    private final Path encoder;
    private final FeatureHeadConfig head;
    private final FineTuneSettings settings;
    private final ComputePool pool;
    private final Path cacheFolder;

    /**
     * A trainer.
     *
     * @param encoder checkpoint folder with a tokenizer
     * @param pool the caller closes it
     * @param cacheFolder where features are kept
     * @throws IllegalArgumentException if the head labels texts and the task tokens, or the reverse
     */
    public FeatureTrainer(
            Task<R> task,
            Path encoder,
            FeatureHeadConfig head,
            FineTuneSettings settings,
            ComputePool pool,
            Path cacheFolder) {
        boolean ofTokens = task instanceof TokenClassificationTask;
        PretrainedConfig.check(
                ofTokens || task instanceof TextClassificationTask,
                "features serve classification of texts and of tokens, not %s",
                task.architecture());
        PretrainedConfig.check(
                ofTokens == (head.level() == FeatureHeadConfig.Level.TOKEN),
                "a task %s needs a head of another level than %s",
                task.architecture(),
                head.level());
        this.task = task;
        this.encoder = encoder;
        this.head = head;
        this.settings = settings;
        this.pool = pool;
        this.cacheFolder = cacheFolder;
    }

    /**
     * Trains a head and writes it with the encoder and its tokenizer.
     *
     * @param validation for the loss on the way; may be empty
     */
    public TrainedModel train(List<R> training, List<R> validation, Path out, List<TrainerCallback> callbacks) {
        Device device = Devices.cpu();
        Tokenizer tokenizer = Tokenizer.load(encoder).withOptions(EncodeOptions.defaults());
        Labels labels = task.labels(training);
        Path file = encoder.resolve(Models.CONFIG_NAME);
        Map<String, Object> tree = FeatureBasedModel.addTo(ConfigJson.readTree(file), labels, head);
        long start = System.nanoTime();
        try (FeatureBasedModel<?> whole = (FeatureBasedModel<?>) Models.loadWithNewHead(
                encoder,
                tree,
                FeatureBasedModel.class.getSimpleName(),
                device,
                settings.training().seed())) {
            int maxLength = FineTuner.maxLength(whole.config(), settings);
            ExampleDataset examples = task.examples(training, labels, tokenizer, maxLength);
            ExampleDataset held = task.examples(validation, labels, tokenizer, maxLength);
            List<Example> all = Stream.concat(examples.examples().stream(), held.examples().stream())
                    .toList();
            try (FeatureCache cache = FeatureCache.open(cacheFolder, whole, identity(), head, all, pool);
                    TensorScope scope = new TensorScope();
                    FeatureHeadModel model = new FeatureHeadModel(whole.config(), head, cache.table())) {
                double preparation = (System.nanoTime() - start) / 1e9;
                List<Example> rows = FeatureCache.asRows(head, new ExampleDataset(all, examples.truncated()))
                        .examples();
                ExampleDataset train = new ExampleDataset(rows.subList(0, (int) examples.size()), examples.truncated());
                ExampleDataset evaluation = new ExampleDataset(rows.subList((int) examples.size(), rows.size()), 0);
                model.initializeWeights(settings.training().seed(), device);
                if (settings.balancedClasses()) {
                    model.setClassWeights(ClassWeights.balanced(train.examples(), labels));
                }
                TrainerState state = train(model, train, evaluation, callbacks);
                adopt(model, whole);
                AtomicFiles.FolderWriter tokenizerFiles = tokenizer::save;
                write(whole, tokenizerFiles, out);
                return new TrainedModel(
                        out,
                        state,
                        FineTuner.perEpoch(state, settings, settings.arguments(train.size())),
                        preparation,
                        examples.truncated());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TrainerState train(
            FeatureHeadModel model,
            ExampleDataset training,
            ExampleDataset validation,
            List<TrainerCallback> callbacks) {
        TrainingArguments arguments = settings.arguments(training.size());
        Trainer.Builder builder =
                Trainer.builder(model, arguments).pool(pool).trainData(training, DataCollator.DEFAULT);
        if (validation.size() > 0) {
            builder.evalData(validation, DataCollator.DEFAULT);
        }
        callbacks.forEach(builder::callback);
        try (Trainer trainer = builder.build()) {
            return trainer.train();
        }
    }

    /** Gives the whole model the head that was trained. */
    private static void adopt(FeatureHeadModel trained, FeatureBasedModel<?> whole) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Parameter> parameters = whole.namedParameters();
            trained.namedParameters()
                    .forEach((name, parameter) -> parameters.get(name).tensor().copy_(parameter.tensor()));
        }
    }

    private static void write(PretrainedModel model, AtomicFiles.FolderWriter tokenizer, Path out) throws IOException {
        Files.createDirectories(out);
        Models.save(model, out);
        tokenizer.writeTo(out);
    }

    /** Of the weights by name, size and time: reading them all would take longer than what the cache saves on small data. */
    private Fingerprint identity() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(encoder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(
                        file.toAbsolutePath().normalize().toString(),
                        Files.size(file) + " " + Files.getLastModifiedTime(file));
            }
        }
        return Fingerprint.of(files.toString().getBytes(StandardCharsets.UTF_8));
    }
}
