package io.transformer4j.cli;

import io.transformer4j.data.labelled.Split;
import io.transformer4j.evaluation.ConfusionMatrix;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.finetuning.FeatureTrainer;
import io.transformer4j.finetuning.FineTuneSettings;
import io.transformer4j.finetuning.FineTuner;
import io.transformer4j.finetuning.Scores;
import io.transformer4j.finetuning.SeedResults;
import io.transformer4j.finetuning.Task;
import io.transformer4j.finetuning.TokenClassificationTask;
import io.transformer4j.finetuning.TrainedModel;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.tracking.Charts;
import io.transformer4j.training.RunLogger;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j finetune}: a pre-trained encoder and labelled data in, a classifier, tagger or reader out. */
@Command(
        name = "finetune",
        description = {
            "Fine-tune a pre-trained encoder on a task, or train a head on its features.",
            "Ctrl-C saves a checkpoint of the last complete step; the same command with --resume goes on from there."
        },
        footer = {
            "%nExamples:",
            "  t4j finetune --task text-classification --model all-MiniLM-L6-v2 --train train.tsv --test test.tsv --out run",
            "  t4j finetune --task token-classification --mode features --head bilstm --crf --model bert --train ner.conll"
                    + " --out run",
            "  t4j finetune --task text-classification --lora 8 --learning-rate 1e-3 --model bert --train train.tsv --out run",
            "  t4j finetune --task similarity --model minilm --train pairs.tsv --test sts.tsv --batch-size 64 --out run",
            "  t4j finetune --task text-classification --model bert --train train.tsv --validation dev.tsv --search grid.yaml"
                    + " --trials 8 --out run",
            "  t4j finetune --task regression --pair-column 2 --model bert --train pairs.csv --seeds 1,2,3 --out run"
        })
final class FineTuneCommand implements Callable<Integer> {
    private enum Mode {
        FINE_TUNE,
        FEATURES
    }

    private static final String RESULTS = "results";

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final TaskOptions task = new TaskOptions();

    @Option(
            names = "--model",
            required = true,
            paramLabel = "MODEL",
            description = "Pre-trained encoder: folder, built-in name or id of the hub (org/name).")
    private @Nullable String model;

    @Option(names = "--train", required = true, paramLabel = "FILE", description = "Training data.")
    private @Nullable Path train;

    @Option(names = "--validation", paramLabel = "FILE", description = "Data for the loss on the way.")
    private @Nullable Path validation;

    @Option(
            names = "--validation-fraction",
            paramLabel = "R",
            defaultValue = "0",
            description = "Without --validation: share of each class that is held out (default: ${DEFAULT-VALUE}).")
    private double validationFraction;

    @Option(names = "--test", paramLabel = "FILE", description = "Data to judge the result by.")
    private @Nullable Path test;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where model and results go.")
    private @Nullable Path out;

    @Option(
            names = "--mode",
            paramLabel = "NAME",
            defaultValue = "fine-tune",
            converter = ModeConverter.class,
            description = "fine-tune (the encoder learns too) or features (only a head learns)"
                    + " (default: ${DEFAULT-VALUE}).")
    private Mode mode = Mode.FINE_TUNE;

    @Option(
            names = "--seeds",
            split = ",",
            paramLabel = "N",
            description = "Train once with each of these seeds, in folders of their own; instead of --seed.")
    private List<Long> seeds = new ArrayList<>();

    @Option(
            names = "--resume",
            description = "fine-tune: go on from the newest complete checkpoint in the output folder.")
    private boolean resume;

    @Mixin
    final FineTuneSearchOptions search = new FineTuneSearchOptions();

    @Mixin
    final FineTuneOptions tuning = new FineTuneOptions();

    @Mixin
    final FeatureHeadOptions head = new FeatureHeadOptions();

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private @Nullable Path encoder;

    private static final class ModeConverter implements ITypeConverter<Mode> {
        @Override
        public Mode convert(String value) {
            return switch (value) {
                case "fine-tune", "FINE_TUNE" -> Mode.FINE_TUNE;
                case "features", "FEATURES" -> Mode.FEATURES;
                default -> throw new TypeConversionException("must be fine-tune or features, not '" + value + "'");
            };
        }
    }

    @Override
    public Integer call() throws IOException {
        boolean features = mode == Mode.FEATURES;
        PretrainedConfig.check(
                !features || !tuning.lora.wanted(), "--lora changes the encoder, so it needs --mode fine-tune");
        PretrainedConfig.check(
                !features || !resume,
                "--mode features has nothing to resume: computed features are kept, so just start again");
        PretrainedConfig.check(
                !resume || !search.wanted(), "--search can't be resumed: start it again, or without --search");
        encoder = ModelNames.resolve(Objects.requireNonNull(model));
        run(task.task(encoder));
        return T4j.OK;
    }

    private <R> void run(Task<R> chosen) throws IOException {
        Path folder = OutputFolder.check(Objects.requireNonNull(out));
        List<R> rows = chosen.read(Objects.requireNonNull(train));
        List<R> held = validation == null ? List.of() : chosen.read(validation);
        List<R> judged = test == null ? List.of() : chosen.readForEvaluation(test);
        chosen.checkForEvaluation(judged, chosen.labels(rows).names());
        if (search.wanted()) {
            Split<R> split = split(chosen, rows, held, compute.seed());
            Map<String, String> best = new FineTuneSearch<>(this, chosen, split, folder).run();
            best.forEach((name, value) -> printer().println("best " + name + ": " + value));
            printer().flush();
            variant(best).trainAll(chosen, rows, held, judged, folder);
        } else {
            trainAll(chosen, rows, held, judged, folder);
        }
    }

    private <R> Split<R> split(Task<R> chosen, List<R> rows, List<R> held, long seed) {
        return validation == null && validationFraction > 0
                ? chosen.split(rows, validationFraction, seed)
                : new Split<>(rows, held);
    }

    private <R> void trainAll(Task<R> chosen, List<R> rows, List<R> held, List<R> judged, Path folder)
            throws IOException {
        List<Long> all = seeds.isEmpty() ? List.of(compute.seed()) : seeds;
        PretrainedConfig.check(all.stream().distinct().count() == all.size(), "--seeds has a seed twice: %s", all);
        List<SeedResults.Run> runs = new ArrayList<>();
        for (long seed : all) {
            Path runFolder = all.size() == 1 ? folder : folder.resolve("seed-" + seed);
            TrainedModel trained = train(chosen, split(chosen, rows, held, seed), seed, runFolder, folder);
            Map<String, Double> scores = judged.isEmpty() ? Map.of() : judge(chosen, trained, judged);
            runs.add(new SeedResults.Run(seed, scores, trained.secondsPerEpoch()));
        }
        SeedResults results = new SeedResults(runs);
        AtomicFile.writeString(folder.resolve(RESULTS + ".md"), results.markdown());
        AtomicFile.writeString(
                folder.resolve(RESULTS + ".json"),
                JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(results));
        printer().print(results.markdown());
        printer().flush();
    }

    /** Trains in {@code runFolder}; {@code folder} is where all runs are. */
    <R> TrainedModel train(Task<R> chosen, Split<R> split, long seed, Path runFolder, Path folder) {
        FineTuneSettings settings = tuning.settings(mode == Mode.FEATURES, compute.precision(), seed);
        PrintWriter printer = printer();
        printer.printf(
                Locale.ROOT,
                "%,d rows, %,d held out, %d epochs, seed %d%n",
                split.train().size(),
                split.heldOut().size(),
                settings.epochs(),
                seed);
        printer.flush();
        try (ComputePool pool = compute.pool();
                RunLogger logger = new RunLogger(runFolder, chosen.architecture());
                TrainingDisplay display = new TrainingDisplay("training")) {
            List<TrainerCallback> callbacks = List.of(logger, display);
            TrainedModel trained = mode == Mode.FINE_TUNE
                    ? new FineTuner<>(chosen, encoder(), settings, pool, compute.device())
                            .train(split.train(), split.heldOut(), runFolder, callbacks, this::train)
                    : new FeatureTrainer<>(
                                    chosen,
                                    encoder(),
                                    head.head(chosen instanceof TokenClassificationTask),
                                    settings,
                                    pool,
                                    head.cache(folder))
                            .train(split.train(), split.heldOut(), runFolder, callbacks);
            report(trained);
            return trained;
        }
    }

    private TrainerState train(Trainer trainer) {
        try (GracefulStop stop = new GracefulStop(trainer, "go on with the same command and --resume")) {
            if (resume && !trainer.resume()) {
                printer().println("no complete checkpoint yet: starting from the beginning");
            }
            return trainer.train();
        }
    }

    private void report(TrainedModel trained) {
        String features = trained.preparationSeconds() > 0
                ? String.format(Locale.ROOT, " after %.1f s for features", trained.preparationSeconds())
                : "";
        String cut = trained.truncated() > 0
                ? String.format(Locale.ROOT, "; %,d rows were too long and have been cut", trained.truncated())
                : "";
        PrintWriter printer = printer();
        printer.printf(
                Locale.ROOT,
                "%,d steps, %.1f s an epoch%s%s; the model is in %s%n",
                trained.state().globalStep(),
                trained.secondsPerEpoch(),
                features,
                cut,
                trained.folder());
        printer.flush();
    }

    private <R> Map<String, Double> judge(Task<R> chosen, TrainedModel trained, List<R> rows) throws IOException {
        Scores scores = chosen.evaluate(trained.folder(), rows, pipeline());
        ConfusionMatrix confusion = scores.confusion();
        if (confusion != null) {
            Charts.confusion(
                    trained.folder().resolve("confusion.png"),
                    "classes of the test data",
                    confusion.labels(),
                    confusion.counts());
        }
        return scores.values();
    }

    PipelineOptions pipeline() {
        return compute.pipeline(false);
    }

    long seed() {
        return compute.seed();
    }

    private Path encoder() {
        return Objects.requireNonNull(encoder);
    }

    CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    /**
     * This command with other values of some options, by their names.
     *
     * @throws IllegalArgumentException if an option doesn't take its value
     */
    FineTuneCommand variant(Map<String, String> options) {
        FineTuneCommand other = new FineTuneCommand();
        try {
            new CommandLine(other)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setOut(printer())
                    .setDefaultValueProvider(new OverriddenOptions(spec(), options))
                    .parseArgs();
        } catch (ParameterException e) {
            throw new IllegalArgumentException("--search: " + e.getMessage(), e);
        }
        other.encoder = encoder;
        return other;
    }

    private PrintWriter printer() {
        return spec().commandLine().getOut();
    }
}
