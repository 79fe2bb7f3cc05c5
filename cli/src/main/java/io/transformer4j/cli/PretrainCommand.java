package io.transformer4j.cli;

import io.transformer4j.data.Corpus;
import io.transformer4j.data.CorpusOptions;
import io.transformer4j.data.DocumentBoundary;
import io.transformer4j.data.SequencePacking;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.pretraining.PretrainingData;
import io.transformer4j.pretraining.PretrainingSettings;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.RunLogger;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code t4j pretrain}: raw text and a tokenizer in, a checkpoint folder out. */
@Command(
        name = "pretrain",
        description = "Pre-train a BERT or GPT on text, or go on with a model of any family.",
        footer = {
            "%nExamples:",
            "  t4j pretrain --tokenizer tok --data books/ --out run --max-steps 5000",
            "  t4j pretrain --objective clm --tokenizer tok --data 'corpus/*.jsonl.gz' --json-field text --out run",
            "  t4j pretrain --model bert --data notes/ --out adapted --max-steps 2000",
            "  t4j pretrain --objective clm --model gpt2 --lora 8 --data notes/ --out adapted",
            "  t4j pretrain --config bert.yaml --max-steps 20000 --resume"
        })
final class PretrainCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = "mlm",
            description = "mlm, mlm+nsp (both BERT) or clm (GPT) (default: ${DEFAULT-VALUE}).")
    private String objective = "mlm";

    @Option(
            names = "--data",
            required = true,
            split = ",",
            arity = "1..*",
            paramLabel = "FILES",
            description = "Text: files, folders, globs, or - for standard input; plain, .gz, or .jsonl.")
    private List<String> data = new ArrayList<>();

    @Option(
            names = "--json-field",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "Field of .jsonl records that holds the text (default: ${DEFAULT-VALUE}).")
    private String jsonField = "text";

    @Option(
            names = "--documents",
            paramLabel = "KIND",
            description =
                    "What ends a document of plain text: blank_line (default for mlm), line or file (default for clm).")
    private @Nullable DocumentBoundary documents;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description =
                    "Folder with tokenizer.json (see t4j tokenizer train), or a model of the hub (org/name) (default:"
                            + " that of --model).")
    private @Nullable String tokenizer;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where model and checkpoints go.")
    private @Nullable Path out;

    @Option(names = "--resume", description = "Go on from the newest complete checkpoint in the output folder.")
    private boolean resume;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens in a sequence, special tokens included (default: ${DEFAULT-VALUE}).")
    private int maxLength;

    @Option(
            names = "--validation-fraction",
            paramLabel = "R",
            defaultValue = "0.05",
            description = "Share of the text that is held out (default: ${DEFAULT-VALUE}).")
    private double validationFraction;

    @Option(
            names = "--split-by-position",
            description = "clm: hold out the end of the text instead of whole documents, as is done for a single file.")
    private boolean splitByPosition;

    @Option(
            names = "--random-windows",
            description = "clm: train on windows at random places instead of consecutive blocks.")
    private boolean randomWindows;

    @Option(
            names = "--mlm-probability",
            paramLabel = "R",
            defaultValue = "0.15",
            description = "mlm: share of the tokens to predict (default: ${DEFAULT-VALUE}).")
    private double mlmProbability;

    @Option(
            names = "--packing",
            paramLabel = "KIND",
            defaultValue = "doc_sentences",
            description =
                    "mlm: sentences (one a sequence), doc_sentences (as many of a document as fit) or full_sentences"
                            + " (going on in the next document) (default: ${DEFAULT-VALUE}).")
    private SequencePacking packing = SequencePacking.DOC_SENTENCES;

    @Option(names = "--whole-word-masking", description = "mlm: mask all tokens of a word together.")
    private boolean wholeWords;

    @Mixin
    final ArchitectureOptions architecture = new ArchitectureOptions();

    @Mixin
    final TrainingOptions training = new TrainingOptions();

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        NewModelOptions.refuseBesideGivenArchitecture(Objects.requireNonNull(spec), ArchitectureOptions.class);
        Objective goal = Objective.of(objective);
        Path folder = OutputFolder.check(Objects.requireNonNull(out));
        TrainingArguments arguments =
                training.arguments(compute.precision(), compute.seed(), architecture.defaultLearningRate());
        PretrainingSettings settings = PretrainingSettings.of(goal)
                .with(s -> s.maxLength(maxLength)
                        .validationFraction(validationFraction)
                        .splitByPosition(splitByPosition)
                        .randomWindows(randomWindows)
                        .mlmProbability(mlmProbability)
                        .wholeWords(wholeWords)
                        .packing(packing));
        Tokenizer loaded = tokenizer();
        try (ComputePool pool = compute.pool();
                TrainableModel fresh = architecture.open(goal, loaded, maxLength, compute.device(), compute.seed())) {
            train(fresh, loaded, examples(goal, loaded, settings, folder), arguments, pool, folder);
        }
        return T4j.OK;
    }

    private Tokenizer tokenizer() {
        if (tokenizer != null) {
            return Tokenizer.load(ModelNames.resolve(tokenizer, FileSelection.TOKENIZER));
        }
        return architecture
                .base()
                .map(Tokenizer::load)
                .orElseThrow(() -> new ParameterException(
                        Objects.requireNonNull(spec).commandLine(), "Missing required option: '--tokenizer=NAME'"));
    }

    private PretrainingData examples(Objective goal, Tokenizer loaded, PretrainingSettings settings, Path folder) {
        CorpusOptions.Builder options = goal.corpusOptions().jsonField(jsonField);
        if (documents != null) {
            options.documentBoundary(documents);
        }
        Corpus corpus = Corpus.of(data, options.build());
        try (ProgressDisplay progress =
                ProgressDisplay.start("tokenizing", corpus.sizeBytes().orElse(-1))) {
            return PretrainingData.prepare(
                    corpus,
                    loaded,
                    settings,
                    folder.resolve("cache"),
                    compute.seed(),
                    done -> progress.update(done.bytesRead(), String.format(Locale.ROOT, "%,d tokens", done.tokens())));
        }
    }

    private void train(
            TrainableModel model,
            Tokenizer loaded,
            PretrainingData examples,
            TrainingArguments arguments,
            ComputePool pool,
            Path folder) {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        try (RunLogger logger = new RunLogger(folder, model.architecture() + ", " + objective);
                TrainingDisplay display = new TrainingDisplay("training");
                Trainer trainer = Trainer.builder(model, arguments)
                        .pool(pool)
                        .trainData(examples.train(), examples.collator())
                        .evalData(examples.validation(), examples.collator())
                        .outputFolder(folder)
                        .companions(loaded::save)
                        .callback(logger)
                        .callback(display)
                        .build();
                GracefulStop stop = new GracefulStop(trainer, "go on with the same command and --resume")) {
            printer.printf(
                    Locale.ROOT,
                    "%s with %,d parameters, %,d training tokens, %d threads%n",
                    model.architecture(),
                    model.numParameters(),
                    examples.trainTokens(),
                    pool.workers());
            printer.flush();
            if (resume && !trainer.resume()) {
                printer.println("no complete checkpoint in " + folder + ": starting from the beginning");
            }
            TrainerState state = trainer.train();
            if (architecture.lora.merge()) {
                Models.saveMerged(model, folder);
            }
            printer.printf(
                    Locale.ROOT,
                    "%,d steps, %,d tokens in %,.0f s (%,.0f tokens/s)%s; the model is in %s%n",
                    state.globalStep(),
                    state.tokens(),
                    state.trainSeconds(),
                    state.tokens() / state.trainSeconds(),
                    state.bestMetric() == null
                            ? ""
                            : String.format(Locale.ROOT, "; best held-out loss %.3f", state.bestMetric()),
                    folder);
            printer.flush();
        }
    }
}
