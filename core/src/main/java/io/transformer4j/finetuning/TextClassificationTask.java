package io.transformer4j.finetuning;

import io.transformer4j.data.DataException;
import io.transformer4j.data.Example;
import io.transformer4j.data.SequenceTarget;
import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.data.labelled.LabelledText;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.evaluation.ConfusionMatrix;
import io.transformer4j.evaluation.MultiLabelScores;
import io.transformer4j.evaluation.RegressionScores;
import io.transformer4j.models.Labels;
import io.transformer4j.models.Labels.ProblemType;
import io.transformer4j.pipelines.ClassificationResult;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TextClassificationPipeline;
import io.transformer4j.pipelines.TextPair;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Texts, or pairs of texts, that have one label of several, any number of labels, or a number.
 *
 * @param problem which of these
 * @param columns where they stand in a file
 * @param separator between the labels of a field; only of several labels
 */
public record TextClassificationTask(ProblemType problem, LabelledFile.Columns columns, String separator)
        implements Task<LabelledText> {
    private static final double THRESHOLD = 0.5;
    private static final String NUMBER = "score";

    /** One label for each text. */
    public static TextClassificationTask singleLabel(LabelledFile.Columns columns) {
        return new TextClassificationTask(ProblemType.SINGLE_LABEL_CLASSIFICATION, columns, "");
    }

    /** Any number of labels. */
    public static TextClassificationTask multiLabel(LabelledFile.Columns columns, String separator) {
        return new TextClassificationTask(ProblemType.MULTI_LABEL_CLASSIFICATION, columns, separator);
    }

    /** A number. */
    public static TextClassificationTask regression(LabelledFile.Columns columns) {
        return new TextClassificationTask(ProblemType.REGRESSION, columns, "");
    }

    @Override
    public String architecture() {
        return "ForSequenceClassification";
    }

    @Override
    public List<LabelledText> read(Path file) {
        return LabelledFile.read(file, columns);
    }

    @Override
    public Labels labels(List<LabelledText> training) {
        if (problem == ProblemType.REGRESSION) {
            return new Labels(List.of(NUMBER), problem);
        }
        List<String> names = training.stream()
                .flatMap(row -> labelsOf(row).stream())
                .distinct()
                .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                .toList();
        int least = problem == ProblemType.SINGLE_LABEL_CLASSIFICATION ? 2 : 1;
        if (names.size() < least) {
            throw new DataException("all " + training.size() + " rows have the label " + names
                    + ": a classifier needs at least two to tell apart");
        }
        return new Labels(names, problem);
    }

    private Set<String> labelsOf(LabelledText row) {
        if (problem != ProblemType.MULTI_LABEL_CLASSIFICATION) {
            if (row.labels().size() != 1) {
                throw new DataException(row.where() + ": must have one label, but has " + row.labels());
            }
            return Set.of(row.labels().get(0));
        }
        Set<String> labels = new LinkedHashSet<>();
        for (String field : row.labels()) {
            String[] parts = separator.isEmpty() ? new String[] {field} : field.split(Pattern.quote(separator));
            Arrays.stream(parts)
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .forEach(labels::add);
        }
        return labels;
    }

    @Override
    public ExampleDataset examples(List<LabelledText> rows, Labels labels, Tokenizer tokenizer, int maxLength) {
        List<SequenceTarget> targets =
                rows.stream().map(row -> target(row, labels)).toList();
        List<Encoding> whole = encode(rows, tokenizer, EncodeOptions.defaults());
        List<Encoding> cut =
                encode(rows, tokenizer, EncodeOptions.defaults().withTruncation(Truncation.toLength(maxLength)));
        List<Example> examples = new ArrayList<>();
        long truncated = 0;
        for (int i = 0; i < rows.size(); i++) {
            Encoding encoding = cut.get(i);
            truncated += whole.get(i).length() > maxLength ? 1 : 0;
            examples.add(new Example(i, encoding.ids(), encoding.typeIds(), null, null).withTarget(targets.get(i)));
        }
        return new ExampleDataset(examples, truncated);
    }

    private static List<Encoding> encode(List<LabelledText> rows, Tokenizer tokenizer, EncodeOptions options) {
        List<String> texts = rows.stream().map(LabelledText::text).toList();
        List<String> pairs =
                rows.stream().map(LabelledText::pair).filter(Objects::nonNull).toList();
        return tokenizer.encodeBatch(texts, pairs.isEmpty() ? null : pairs, options);
    }

    private SequenceTarget target(LabelledText row, Labels labels) {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION ->
                SequenceTarget.ofLabel(id(row, labelsOf(row).iterator().next(), labels.names()));
            case MULTI_LABEL_CLASSIFICATION -> {
                Float[] holds = new Float[labels.count()];
                Arrays.fill(holds, 0f);
                labelsOf(row).forEach(label -> holds[id(row, label, labels.names())] = 1f);
                yield SequenceTarget.ofValues(Arrays.asList(holds));
            }
            case REGRESSION -> SequenceTarget.ofValues(List.of((float) number(row)));
        };
    }

    private static int id(LabelledText row, String label, List<String> names) {
        int id = names.indexOf(label);
        if (id < 0) {
            throw new DataException(row.where() + ": has the label \"" + label + "\", but known are " + names);
        }
        return id;
    }

    /** The row's label as a number; not finite ones are refused. */
    static double number(LabelledText row) {
        String text = row.labels().isEmpty() ? "" : row.labels().get(0);
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite((float) value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the sentence below says it
        }
        throw new DataException(row.where() + ": the target must be a finite number, but is \"" + text + "\"");
    }

    @Override
    public Split<LabelledText> split(List<LabelledText> rows, double fraction, long seed) {
        boolean classes = problem == ProblemType.SINGLE_LABEL_CLASSIFICATION;
        return Split.stratified(rows, row -> classes ? row.labels().get(0) : "", fraction, seed);
    }

    @Override
    public void checkForEvaluation(List<LabelledText> rows, List<String> labels) {
        if (problem == ProblemType.REGRESSION) {
            rows.forEach(TextClassificationTask::number);
        } else {
            rows.forEach(row -> labelsOf(row).forEach(label -> id(row, label, labels)));
        }
    }

    @Override
    public Scores evaluate(Path model, List<LabelledText> rows, PipelineOptions options) {
        try (TextClassificationPipeline pipeline = Pipelines.textClassification(model, options)) {
            List<String> labels = pipeline.labels();
            checkForEvaluation(rows, labels);
            List<ClassificationResult> results = pipeline.classifyPairs(rows.stream()
                    .map(row -> new TextPair(row.text(), row.pair()))
                    .toList());
            return switch (problem) {
                case SINGLE_LABEL_CLASSIFICATION -> classes(rows, results, labels);
                case MULTI_LABEL_CLASSIFICATION -> sets(rows, results, labels);
                case REGRESSION -> numbers(rows, results);
            };
        }
    }

    private Scores classes(List<LabelledText> rows, List<ClassificationResult> results, List<String> labels) {
        ConfusionMatrix confusion = ConfusionMatrix.of(
                labels,
                rows.stream()
                        .mapToInt(row -> labels.indexOf(row.labels().get(0)))
                        .toArray(),
                results.stream()
                        .mapToInt(result -> labels.indexOf(result.best().label()))
                        .toArray());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("accuracy", confusion.accuracy());
        values.put("macro_precision", confusion.macroPrecision());
        values.put("macro_recall", confusion.macroRecall());
        values.put("macro_f1", confusion.macroF1());
        values.put("matthews", confusion.matthews());
        IntStream.range(0, labels.size())
                .forEach(i -> values.put("f1/" + labels.get(i), confusion.of(i).f1()));
        return new Scores("accuracy", values, confusion);
    }

    private Scores sets(List<LabelledText> rows, List<ClassificationResult> results, List<String> labels) {
        MultiLabelScores scores = MultiLabelScores.of(
                labels,
                rows.stream().map(this::labelsOf).toList(),
                results.stream()
                        .map(result -> Set.copyOf(result.labels(THRESHOLD)))
                        .toList());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("micro_precision", scores.micro().precision());
        values.put("micro_recall", scores.micro().recall());
        values.put("micro_f1", scores.micro().f1());
        values.put("macro_f1", scores.macroF1());
        values.put("exact_match", scores.exactMatch());
        return new Scores("micro_f1", values, null);
    }

    private static Scores numbers(List<LabelledText> rows, List<ClassificationResult> results) {
        RegressionScores scores = RegressionScores.of(
                rows.stream().mapToDouble(TextClassificationTask::number).toArray(),
                results.stream().mapToDouble(result -> result.best().score()).toArray());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("pearson", scores.pearson());
        values.put("spearman", scores.spearman());
        values.put("mean_squared_error", scores.meanSquaredError());
        return new Scores("pearson", values, null);
    }
}
