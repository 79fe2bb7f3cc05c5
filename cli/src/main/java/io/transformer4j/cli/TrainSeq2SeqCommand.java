package io.transformer4j.cli;

import io.transformer4j.data.DataCollator;
import io.transformer4j.data.ParallelText;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.seq2seq.Seq2SeqExamples;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.Evaluator;
import io.transformer4j.training.RunLogger;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j train-seq2seq}: pairs of texts in, a translator or summarizer out. */
@Command(
        name = "train-seq2seq",
        description = "Train an encoder–decoder Transformer on pairs of texts: translation, summarization.",
        footer = {
            "%nExamples:",
            "  t4j train-seq2seq --source train.en --target train.de --out run --max-steps 8000",
            "  t4j train-seq2seq --pairs abstracts.jsonl --source-field abstract --target-field title --out run",
            "  t4j train-seq2seq --config translation.yaml --resume",
            "  t4j train-seq2seq --objective denoise --family bart --source books.txt.gz --out bart",
            "  t4j train-seq2seq --model bart --pairs abstracts.jsonl --out summarizer"
        })
final class TrainSeq2SeqCommand implements Callable<Integer> {
    private enum Goal {
        PAIRS,
        DENOISE
    }

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ParallelTextOptions text = new ParallelTextOptions();

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = "pairs",
            description =
                    "pairs; or denoise: restore the texts of --source alone, or of both sides of pairs, from noise (BART,"
                            + " Lewis et al. 2020), to go on from with --model and pairs (default: ${DEFAULT-VALUE}).")
    private Goal goal = Goal.PAIRS;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where model and checkpoints go.")
    private @Nullable Path out;

    @Option(names = "--resume", description = "Go on from the newest complete checkpoint in the output folder.")
    private boolean resume;

    @Mixin
    final VocabularyOptions vocabulary = new VocabularyOptions();

    @Option(names = "--lowercase", description = "Read and write in lower case.")
    private boolean lowercase;

    @Option(
            names = "--max-tokens-per-batch",
            paramLabel = "N",
            defaultValue = "8192",
            description = "Most tokens of a batch, source and target together (default: ${DEFAULT-VALUE}).")
    private int maxTokensPerBatch;

    @Option(
            names = "--label-smoothing",
            paramLabel = "R",
            defaultValue = "0.1",
            description = "Part of each label that is spread over the vocabulary (default: ${DEFAULT-VALUE}).")
    private double labelSmoothing;

    @Mixin
    final ValidationTextOptions written = new ValidationTextOptions();

    @Mixin
    final Seq2SeqArchitectureOptions architecture = new Seq2SeqArchitectureOptions();

    @Mixin
    final TrainingOptions training = new TrainingOptions();

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        NewModelOptions.refuseBesideGivenArchitecture(command, Seq2SeqArchitectureOptions.class);
        NewModelOptions.refuseBesideGivenVocabulary(command, VocabularyOptions.class);
        Path folder = OutputFolder.check(Objects.requireNonNull(out));
        TrainingArguments arguments = training.arguments(compute.precision(), compute.seed())
                .with(a -> written.decide(a.maxTokensPerBatch(maxTokensPerBatch).labelSmoothing(labelSmoothing)));
        boolean denoise = goal == Goal.DENOISE;
        ParallelText pairs = denoise ? text.trainingTexts(command) : text.training(command);
        Optional<ParallelText> validation = denoise ? text.validationTexts(command) : text.validation(command);
        try (ComputePool pool = compute.pool()) {
            Seq2SeqTokenizers tokenizers = tokenizers(pairs, pool.workers());
            try (EncoderDecoderModel<?> model = architecture.open(tokenizers, compute.device(), compute.seed())) {
                Seq2SeqExamples examples = examples("training", pairs, tokenizers, model);
                Optional<Seq2SeqExamples> held = validation.map(v -> examples("validation", v, tokenizers, model));
                Optional<Evaluator> evaluator =
                        written.evaluator(model, tokenizers, validation, lowercase, arguments, pool);
                train(model, tokenizers, examples, held, evaluator, arguments, pool, folder);
            }
        }
        return T4j.OK;
    }

    private Seq2SeqTokenizers tokenizers(ParallelText pairs, int threads) {
        return architecture
                .model()
                .map(Seq2SeqTokenizers::load)
                .orElseGet(() -> Seq2SeqTokenizers.train(
                        pairs,
                        goal == Goal.DENOISE ? vocabulary.ofDenoising(lowercase) : vocabulary.ofPairs(lowercase),
                        threads));
    }

    private Seq2SeqExamples examples(
            String name, ParallelText pairs, Seq2SeqTokenizers tokenizers, EncoderDecoderModel<?> model) {
        int maxLength = model.config().maxInputLength();
        Seq2SeqExamples examples = goal == Goal.DENOISE
                ? Seq2SeqExamples.denoising(pairs.sources(), tokenizers, maxLength, model.config(), compute.seed())
                : Seq2SeqExamples.of(
                        pairs, tokenizers, maxLength, model.config().decoderStartTokenId());
        if (examples.truncated() > 0) {
            PrintWriter notes = Objects.requireNonNull(spec).commandLine().getErr();
            notes.printf(
                    Locale.ROOT,
                    "%,d %s texts were longer than %d tokens and have been cut%n",
                    examples.truncated(),
                    name,
                    maxLength);
            notes.flush();
        }
        return examples;
    }

    private void train(
            EncoderDecoderModel<?> model,
            Seq2SeqTokenizers tokenizers,
            Seq2SeqExamples examples,
            Optional<Seq2SeqExamples> validation,
            Optional<Evaluator> evaluator,
            TrainingArguments arguments,
            ComputePool pool,
            Path folder) {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Trainer.Builder builder = Trainer.builder(model, arguments)
                .pool(pool)
                .trainData(examples.dataset(), DataCollator.DEFAULT)
                .outputFolder(folder)
                .companions(tokenizers::save);
        validation.ifPresent(held -> builder.evalData(held.dataset(), DataCollator.DEFAULT));
        evaluator.ifPresent(builder::evaluator);
        try (RunLogger logger = new RunLogger(folder, model.architecture());
                TrainingDisplay display = new TrainingDisplay("training");
                Trainer trainer = builder.callback(logger).callback(display).build();
                GracefulStop stop = new GracefulStop(trainer, "go on with the same command and --resume")) {
            printer.printf(
                    Locale.ROOT,
                    "%s with %,d parameters, %,d examples, %,d tokens, %d threads%n",
                    model.architecture(),
                    model.numParameters(),
                    examples.dataset().size(),
                    examples.tokens(),
                    pool.workers());
            printer.flush();
            if (resume && !trainer.resume()) {
                printer.println("no complete checkpoint in " + folder + ": starting from the beginning");
            }
            TrainerState state = trainer.train();
            printer.printf(
                    Locale.ROOT,
                    "%,d steps, %,d tokens in %,.0f s (%,.0f tokens/s)%s; the model is in %s%n",
                    state.globalStep(),
                    state.tokens(),
                    state.trainSeconds(),
                    state.tokens() / state.trainSeconds(),
                    state.bestMetric() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "; best validation %s %.3f at step %,d",
                                    arguments.metricForBestModel(),
                                    state.bestMetric(),
                                    state.bestStep()),
                    folder);
            printer.flush();
        }
    }
}
