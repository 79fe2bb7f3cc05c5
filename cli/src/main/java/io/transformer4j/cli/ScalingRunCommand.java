package io.transformer4j.cli;

import io.transformer4j.data.CausalLmDataset;
import io.transformer4j.data.Corpus;
import io.transformer4j.data.CorpusOptions;
import io.transformer4j.data.DocumentBoundary;
import io.transformer4j.data.TextEncoder;
import io.transformer4j.data.TokenCacheBuilder;
import io.transformer4j.data.TokenStream;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.scaling.ModelShape;
import io.transformer4j.scaling.ParameterCount;
import io.transformer4j.scaling.ScalingRun;
import io.transformer4j.scaling.sweep.Sweep;
import io.transformer4j.scaling.sweep.SweepGrid;
import io.transformer4j.scaling.sweep.SweepRecipe;
import io.transformer4j.scaling.sweep.Trial;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code t4j scaling run}: a grid of small models, trained for a law. */
@Command(
        name = "run",
        description = {
            "Train a grid of small GPT-2 models: every shape with every number of tokens, and with every compute (C = 6ND).",
            "Each finished run is a row of results.csv, for 't4j scaling fit'; the same command goes on after an interruption."
        },
        footer = {
            "%nExamples:",
            "  t4j scaling run --config sweep.yaml",
            "  t4j scaling run --tokenizer tok --data books/ --validation-data held-out/ --out sweep \\",
            "      --shapes 2x32x2,2x64x4,3x96x6 --compute 1e11,3e11,1e12"
        })
final class ScalingRunCommand implements Callable<Integer> {
    private static final Pattern SHAPE = Pattern.compile("(\\d{1,4})x(\\d{1,6})x(\\d{1,4})");

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--data",
            required = true,
            split = ",",
            arity = "1..*",
            paramLabel = "FILES",
            description = "Text to train on: files, folders or globs; plain, .gz, or .jsonl.")
    private List<String> data = new ArrayList<>();

    @Option(
            names = "--validation-data",
            required = true,
            split = ",",
            arity = "1..*",
            paramLabel = "FILES",
            description = "Held-out text, likewise.")
    private List<String> validationData = new ArrayList<>();

    @Option(
            names = "--json-field",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "Field of .jsonl records that holds the text (default: ${DEFAULT-VALUE}).")
    private String jsonField = "text";

    @Option(
            names = "--documents",
            paramLabel = "KIND",
            defaultValue = "file",
            description = "What ends a document of plain text: blank_line, line or file (default: ${DEFAULT-VALUE}).")
    private DocumentBoundary documents = DocumentBoundary.FILE;

    @Option(names = "--tokenizer", required = true, paramLabel = "FOLDER", description = "Folder with tokenizer.json.")
    private @Nullable Path tokenizer;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where tables and runs go.")
    private @Nullable Path out;

    @Option(
            names = "--shapes",
            required = true,
            split = ",",
            arity = "1..*",
            paramLabel = "LxDxH",
            description = "Models as layers x width x heads, e.g. 2x64x4.")
    private List<String> shapes = new ArrayList<>();

    @Option(
            names = "--tokens",
            split = ",",
            arity = "1..*",
            paramLabel = "D",
            description = "Training tokens of the curves of fixed size, e.g. 1e6.")
    private List<Double> tokens = new ArrayList<>();

    @Option(
            names = "--compute",
            split = ",",
            arity = "1..*",
            paramLabel = "C",
            description = "FLOPs of the isoFLOP profiles, e.g. 1e12.")
    private List<Double> compute = new ArrayList<>();

    @Option(
            names = "--parameter-count",
            description = "What N counts in C = 6ND: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private ParameterCount parameterCount = ParameterCount.TOTAL;

    @Option(
            names = "--min-tokens",
            paramLabel = "D",
            defaultValue = "1",
            description = "Profiles leave out runs with fewer tokens.")
    private double minTokens;

    @Option(
            names = "--max-tokens",
            paramLabel = "D",
            description = "Profiles leave out runs with more tokens (default: as many as there are).")
    private @Nullable Double maxTokens;

    @Option(
            names = "--seeds",
            split = ",",
            arity = "1..*",
            paramLabel = "N",
            defaultValue = "42",
            description = "Each model is trained once with each (default: ${DEFAULT-VALUE}).")
    private List<Long> seeds = new ArrayList<>();

    @Option(
            names = "--context-length",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
    private int contextLength;

    @Option(names = "--batch-size", paramLabel = "N", description = "Sequences of a step (default: 8).")
    private int batchSize = SweepRecipe.DEFAULTS.batchSize();

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            description = "Peak learning rate at --learning-rate-size parameters (default: 3e-3).")
    private double learningRate = SweepRecipe.DEFAULTS.learningRate();

    @Option(
            names = "--learning-rate-size",
            paramLabel = "N",
            description = "Size it is given for, without embeddings (default: 1e5).")
    private double learningRateSize = SweepRecipe.DEFAULTS.learningRateSize();

    @Option(
            names = "--learning-rate-exponent",
            paramLabel = "R",
            description = "Another size has the learning rate times (that size / N)^R (default: 1/3).")
    private double learningRateExponent = SweepRecipe.DEFAULTS.learningRateExponent();

    @Option(
            names = "--learning-rate-tokens",
            paramLabel = "D",
            description = "Training tokens it is given for (default: 1e6).")
    private double learningRateTokens = SweepRecipe.DEFAULTS.learningRateTokens();

    @Option(
            names = "--learning-rate-tokens-exponent",
            paramLabel = "R",
            description = "Other trainings have the learning rate times (those tokens / D)^R (default: 0).")
    private double learningRateTokensExponent = SweepRecipe.DEFAULTS.learningRateTokensExponent();

    @Option(names = "--warmup-ratio", paramLabel = "R", description = "Part of the steps (default: 0.05).")
    private double warmupRatio = SweepRecipe.DEFAULTS.warmupRatio();

    @Option(
            names = "--min-learning-rate-ratio",
            paramLabel = "R",
            description = "Learning rate at the end, as a part of the peak (default: 0.1).")
    private double minLearningRateRatio = SweepRecipe.DEFAULTS.minLearningRateRatio();

    @Option(names = "--weight-decay", paramLabel = "R", description = "Decoupled decay of matrices (default: 0.1).")
    private double weightDecay = SweepRecipe.DEFAULTS.weightDecay();

    @Option(names = "--adam-beta2", paramLabel = "R", description = "Decay of the second moment (default: 0.95).")
    private double adamBeta2 = SweepRecipe.DEFAULTS.adamBeta2();

    @Option(names = "--max-grad-norm", paramLabel = "R", description = "Limit of the gradient norm (default: 1).")
    private double maxGradNorm = SweepRecipe.DEFAULTS.maxGradNorm();

    @Option(
            names = "--validation-tokens",
            paramLabel = "N",
            description = "Held-out tokens, spread evenly over the text, for the final loss (default: 131072).")
    private long validationTokens = SweepRecipe.DEFAULTS.validationTokens();

    @Option(names = "--save-steps", paramLabel = "N", description = "Steps between checkpoints (default: 2000).")
    private long saveSteps = SweepRecipe.DEFAULTS.saveSteps();

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Models trained at the same time, one core each; 0 is one per processor (default).")
    private int workers;

    @Option(names = "--dry-run", description = "List the runs and their FLOPs, and train nothing.")
    private boolean dryRun;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Path folder = OutputFolder.check(Objects.requireNonNull(out));
        Tokenizer loaded = Tokenizer.load(Objects.requireNonNull(tokenizer));
        SweepRecipe recipe = recipe();
        TextEncoder encoder = TextEncoder.of(loaded);
        List<ModelShape> models = shapes(loaded.vocabSize());
        TokenStream validation = stream(validationData, encoder, folder, "validation");
        TokenStream train = stream(data, encoder, folder, "train");
        List<Trial> trials = grid(models, train.length()).trials(recipe.batchTokens(contextLength));
        list(printer, trials, recipe, train.length());
        if (dryRun) {
            return T4j.OK;
        }
        Sweep sweep = new Sweep(
                trials,
                recipe,
                new CausalLmDataset(train, contextLength),
                new CausalLmDataset(validation, contextLength),
                folder);
        List<ScalingRun> rows = train(sweep, loaded);
        printer.printf(
                Locale.ROOT,
                "%d runs are in %s; next: t4j scaling fit %s --curves %s%n",
                rows.size(),
                folder.resolve(Sweep.RESULTS_NAME),
                folder.resolve(Sweep.RESULTS_NAME),
                folder.resolve(Sweep.CURVES_NAME));
        printer.flush();
        return T4j.OK;
    }

    private List<ScalingRun> train(Sweep sweep, Tokenizer loaded) {
        try (GracefulStop stop = new GracefulStop(() -> "finished runs are in the table; the same command goes on");
                ProgressDisplay progress = ProgressDisplay.start("MFLOPs", 0)) {
            return sweep.run(workers, loaded::save, progress);
        }
    }

    private SweepRecipe recipe() {
        if (workers < 0) {
            throw usage("--workers must be 0 (one per processor) or more, but is " + workers);
        }
        try {
            return new SweepRecipe(
                    batchSize,
                    learningRate,
                    learningRateSize,
                    learningRateExponent,
                    learningRateTokens,
                    learningRateTokensExponent,
                    warmupRatio,
                    minLearningRateRatio,
                    weightDecay,
                    adamBeta2,
                    maxGradNorm,
                    validationTokens,
                    saveSteps);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private List<ModelShape> shapes(int vocabSize) {
        List<ModelShape> result = new ArrayList<>();
        for (String shape : shapes) {
            Matcher sizes = SHAPE.matcher(shape.strip());
            if (!sizes.matches()) {
                throw usage("a shape is layers x width x heads, e.g. 2x64x4, not '" + shape + "'");
            }
            try {
                result.add(new ModelShape(
                        Integer.parseInt(sizes.group(1)),
                        Integer.parseInt(sizes.group(2)),
                        Integer.parseInt(sizes.group(3)),
                        vocabSize,
                        contextLength));
            } catch (IllegalArgumentException e) {
                throw usage("--shapes " + shape + ": " + e.getMessage());
            }
        }
        return result;
    }

    private SweepGrid grid(List<ModelShape> models, long available) {
        try {
            return new SweepGrid(
                    models,
                    tokens.stream().map(Math::round).toList(),
                    compute,
                    parameterCount,
                    Math.round(minTokens),
                    maxTokens == null ? available : Math.round(maxTokens),
                    seeds);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }

    private TokenStream stream(List<String> files, TextEncoder encoder, Path folder, String name) {
        CorpusOptions options = Objective.CLM
                .corpusOptions()
                .jsonField(jsonField)
                .documentBoundary(documents)
                .build();
        TokenCacheBuilder builder = TokenCacheBuilder.of(Corpus.of(files, options), encoder);
        return TokenStream.of(
                builder.openOrBuild(folder.resolve("cache").resolve(name + ".tokens")),
                encoder.specialTokens().eos());
    }

    private static void list(PrintWriter printer, List<Trial> trials, SweepRecipe recipe, long available) {
        printer.printf(
                Locale.ROOT,
                "%d runs, %.3g FLOPs, of %,d training tokens%n%n%-26s %11s %13s %11s %10s %9s%n",
                trials.size(),
                trials.stream().mapToDouble(Trial::flops).sum(),
                available,
                "run",
                "parameters",
                "no embeddings",
                "tokens",
                "FLOPs",
                "peak rate");
        for (Trial trial : trials) {
            printer.printf(
                    Locale.ROOT,
                    "%-26s %,11d %,13d %,11d %10.2e %9.2e%s%n",
                    trial.name(),
                    trial.shape().parameters(),
                    trial.shape().nonEmbeddingParameters(),
                    trial.tokens(),
                    trial.flops(),
                    recipe.learningRate(trial),
                    trial.tokens() > available ? "  repeats text" : "");
        }
        printer.println();
        printer.flush();
    }
}
