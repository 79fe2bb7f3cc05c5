package io.transformer4j.cli;

import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataException;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.ParallelText;
import io.transformer4j.data.StridedTextDataset;
import io.transformer4j.data.TextLines;
import io.transformer4j.evaluation.Bleu;
import io.transformer4j.evaluation.BleuTokenizer;
import io.transformer4j.evaluation.ChrF;
import io.transformer4j.evaluation.Evaluation;
import io.transformer4j.evaluation.Metric;
import io.transformer4j.evaluation.Rouge;
import io.transformer4j.evaluation.Ter;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.seq2seq.Seq2SeqExamples;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.LossMeasure;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code t4j evaluate}: how good texts are, or how well a model predicts them. */
@Command(
        name = "evaluate",
        description = {
            "Measure texts against references, or a model's perplexity.",
            "Scores and signatures of bleu, chrf and ter are sacreBLEU's, those of rouge Google's rouge-score."
        },
        footer = {
            "%nExamples:",
            "  t4j evaluate --metric bleu,chrf,ter --hypotheses test.out --references test.de",
            "  t4j evaluate --metric bleu --lowercase --bootstrap 1000 --hypotheses test.out --references a.de,b.de",
            "  t4j evaluate --metric rouge --n-best 5 --hypotheses test.nbest --references summaries.txt",
            "  t4j evaluate --metric perplexity --model my-gpt2 --text test.txt --stride 512",
            "  t4j evaluate --metric perplexity --model en-de --source test.en --target test.de"
        })
final class EvaluateCommand implements Callable<Integer> {
    private enum Kind {
        BLEU,
        CHRF,
        ROUGE,
        TER,
        PERPLEXITY
    }

    private static final int BATCH = 32;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--metric",
            split = ",",
            required = true,
            paramLabel = "NAME",
            description = "bleu, chrf, rouge, ter or perplexity; several of texts separated by commas.")
    private List<Kind> metrics = new ArrayList<>();

    @Option(names = "--hypotheses", paramLabel = "FILE", description = "Texts to measure, one a line; plain or .gz.")
    private @Nullable Path hypotheses;

    @Option(
            names = "--references",
            split = ",",
            paramLabel = "FILE",
            description = "What they could have been, line by line; several files separated by commas.")
    private List<Path> references = new ArrayList<>();

    @Option(
            names = "--n-best",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "The hypotheses come N for each reference, with or without score and tab before them: the first is"
                            + " measured, and beside it the best of each N (default: ${DEFAULT-VALUE}).")
    private int nBest;

    @Option(
            names = "--tokenize",
            paramLabel = "NAME",
            defaultValue = "13a",
            description = "bleu: 13a, intl, zh, char or none (default: ${DEFAULT-VALUE}).")
    private String tokenize = "13a";

    @Option(names = "--lowercase", description = "bleu, chrf: case doesn't matter.")
    private boolean lowercase;

    @Option(names = "--ter-case-sensitive", description = "ter: case matters.")
    private boolean terCaseSensitive;

    @Option(
            names = "--chrf-word-order",
            paramLabel = "N",
            defaultValue = "0",
            description = "chrf: longest sequence of words; 2 for chrF++ (default: ${DEFAULT-VALUE}).")
    private int chrfWordOrder;

    @Option(names = "--stemmer", description = "rouge: compare stems of English words.")
    private boolean stemmer;

    @Option(
            names = "--bootstrap",
            paramLabel = "N",
            defaultValue = "0",
            description = "Samples of the bootstrap for a 95 %% interval, 0 for none (default: ${DEFAULT-VALUE}).")
    private int bootstrap;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "perplexity: a causal or encoder–decoder model, by folder or id of the hub (org/name).")
    private @Nullable String model;

    @Option(names = "--text", paramLabel = "FILE", description = "perplexity of a causal model: the text, as a whole.")
    private @Nullable Path text;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description =
                    "perplexity of a causal model: tokens by which its windows are apart (default: as long as they are).")
    private @Nullable Integer stride;

    @Option(names = "--source", paramLabel = "FILE", description = "perplexity of an encoder–decoder: what it reads.")
    private @Nullable Path source;

    @Option(
            names = "--target",
            paramLabel = "FILE",
            description = "perplexity of an encoder–decoder: what it predicts.")
    private @Nullable Path target;

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        if (metrics.contains(Kind.PERPLEXITY)) {
            if (metrics.size() > 1) {
                throw usage("perplexity is measured alone");
            }
            perplexity(printer);
        } else {
            scores(printer);
        }
        printer.flush();
        return T4j.OK;
    }

    private void scores(PrintWriter printer) {
        if (hypotheses == null || references.isEmpty()) {
            throw usage("texts are needed: give --hypotheses and --references");
        }
        if (nBest < 1) {
            throw usage("--n-best must be at least 1, but is " + nBest);
        }
        List<List<String>> wanted = references();
        List<List<String>> candidates = candidates(hypotheses, wanted.size());
        List<String> first = candidates.stream().map(some -> some.get(0)).toList();
        for (Kind kind : metrics) {
            for (Metric metric : metrics(kind)) {
                printer.println(Evaluation.of(metric, first, wanted, bootstrap, compute.seed()));
                if (nBest > 1) {
                    List<String> best = IntStream.range(0, candidates.size())
                            .mapToObj(i -> best(metric, candidates.get(i), wanted.get(i)))
                            .toList();
                    printer.printf(
                            Locale.ROOT,
                            "  best of %d by the references: %.2f%n",
                            nBest,
                            Evaluation.of(metric, best, wanted).score());
                }
            }
        }
    }

    private List<Metric> metrics(Kind kind) {
        return switch (kind) {
            case BLEU -> List.of(new Bleu(BleuTokenizer.of(tokenize), lowercase));
            case CHRF ->
                List.of(new ChrF(ChrF.DEFAULT.characterOrder(), chrfWordOrder, ChrF.DEFAULT.beta(), lowercase));
            case ROUGE ->
                Stream.of(Rouge.Type.ROUGE_1, Rouge.Type.ROUGE_2, Rouge.Type.ROUGE_L)
                        .<Metric>map(type -> new Rouge(type, stemmer))
                        .toList();
            case TER -> List.of(new Ter(!terCaseSensitive));
            case PERPLEXITY -> throw new IllegalStateException("perplexity isn't a measure of texts");
        };
    }

    /** For each line, what stands there in each file. */
    private List<List<String>> references() {
        List<List<String>> files = references.stream().map(TextLines::all).toList();
        for (int i = 1; i < files.size(); i++) {
            requireLines(
                    references.get(i),
                    files.get(i).size(),
                    references.get(0),
                    files.get(0).size());
        }
        return IntStream.range(0, files.get(0).size())
                .mapToObj(line -> files.stream().map(lines -> lines.get(line)).toList())
                .toList();
    }

    /** The hypotheses for each line of the references. */
    private List<List<String>> candidates(Path file, int count) {
        List<String> lines = TextLines.all(file);
        if (lines.size() != (long) count * nBest) {
            requireLines(file, lines.size(), references.get(0), count * nBest);
        }
        return IntStream.range(0, count)
                .mapToObj(i -> lines.subList(i * nBest, (i + 1) * nBest).stream()
                        .map(line -> nBest > 1 ? line.replaceFirst("^-?[0-9.]*\t", "") : line)
                        .toList())
                .toList();
    }

    private void requireLines(Path file, int lines, Path other, int needed) {
        if (lines != needed) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s has %,d lines, but %,d are needed for those of %s%s",
                    file,
                    lines,
                    needed,
                    other,
                    nBest > 1 ? " with --n-best " + nBest : ""));
        }
    }

    private static String best(Metric metric, List<String> candidates, List<String> references) {
        String best = candidates.get(0);
        double bestScore = Double.NaN;
        for (String candidate : candidates) {
            double score = metric.score(metric.statistics(candidate, references));
            if (Double.isNaN(bestScore) || (metric.greaterIsBetter() ? score > bestScore : score < bestScore)) {
                best = candidate;
                bestScore = score;
            }
        }
        return best;
    }

    private void perplexity(PrintWriter printer) {
        if (model == null) {
            throw usage("perplexity needs a model: give --model");
        }
        Path folder = ModelNames.resolve(model);
        try (PretrainedModel loaded = Models.load(folder, compute.device());
                ComputePool pool = compute.pool()) {
            Dataset data;
            String how;
            if (loaded instanceof EncoderDecoderModel<?> translator) {
                data = pairs(translator, folder);
                how = "per target token";
            } else if (loaded instanceof CausalLanguageModel && loaded instanceof TrainableModel) {
                int window = loaded.config().maxInputLength();
                int step = stride == null ? window : stride;
                data = new StridedTextDataset(ids(folder), window, step);
                how = "window:%d|stride:%d".formatted(window, step);
            } else {
                throw new IllegalArgumentException(
                        model + ": is a " + loaded.architecture() + ", which doesn't predict text");
            }
            Map<String, Double> measured = LossMeasure.of(
                    (TrainableModel) loaded, data, DataCollator.DEFAULT, BATCH, pool, compute.precision());
            printer.printf(
                    Locale.ROOT,
                    "perplexity|%s = %.4f (loss %.5f, %,.0f tokens)%n",
                    how,
                    measured.get("perplexity"),
                    measured.get("loss"),
                    measured.get("labels"));
        }
    }

    private int[] ids(Path folder) {
        if (text == null) {
            throw usage("the perplexity of a causal model needs a text: give --text");
        }
        return Tokenizer.load(folder).encodeToIds(String.join("\n", TextLines.all(text)), false);
    }

    private Dataset pairs(EncoderDecoderModel<?> translator, Path folder) {
        if (source == null || target == null) {
            throw usage("the perplexity of an encoder–decoder needs pairs: give --source and --target");
        }
        Seq2SeqTokenizers tokenizers = Seq2SeqTokenizers.load(folder);
        tokenizers.checkFits(translator.config());
        return Seq2SeqExamples.of(
                        ParallelText.ofFiles(source, target),
                        tokenizers,
                        translator.config().maxInputLength(),
                        translator.config().decoderStartTokenId())
                .dataset();
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }
}
