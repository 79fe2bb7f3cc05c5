package io.transformer4j.finetuning;

import io.transformer4j.data.DataException;
import io.transformer4j.data.Example;
import io.transformer4j.data.SequenceTarget;
import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.data.labelled.LabelledText;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.evaluation.RegressionScores;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.SentenceEmbeddingModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.pipelines.SentenceSimilarityPipeline;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of sentences from pairs of one meaning, or triplets with a wrong one each: the other rows of a batch are what each anchor must not
 * find ({@link SentenceEmbeddingModel}). Judged by the rank correlation of cosines with people's scores (Reimers and Gurevych 2019, §4.1).
 *
 * @param columns of the two texts, and of the score in files to judge by
 * @param negative column of a triplet's wrong text; null for pairs
 * @param pooling by which texts get vectors, now and whenever the result is used
 * @param scale of cosines in the loss: the inverse of a temperature
 */
public record SentenceEmbeddingTask(
        LabelledFile.Columns columns, @Nullable String negative, SentencePooling pooling, double scale)
        implements Task<TextGroup> {

    /** Checks that there are two columns. */
    public SentenceEmbeddingTask {
        if (columns.pair() == null) {
            throw new IllegalArgumentException("sentences of one meaning stand in two columns: name the second");
        }
        if (pooling.pooling() == Pooling.LAST_FOUR_LAYERS) {
            throw new IllegalArgumentException("sentence-transformers has no pooling last-four: choose mean or cls");
        }
    }

    @Override
    public String architecture() {
        return "SentenceEmbedding";
    }

    @Override
    public List<TextGroup> read(Path file) {
        List<LabelledText> pairs =
                LabelledFile.read(file, new LabelledFile.Columns(columns.text(), columns.pair(), null));
        List<LabelledText> wrong = negative == null
                ? List.of()
                : LabelledFile.read(file, new LabelledFile.Columns(columns.text(), negative, null));
        return IntStream.range(0, pairs.size())
                .mapToObj(i -> group(pairs.get(i), wrong.isEmpty() ? null : wrong.get(i)))
                .toList();
    }

    private static TextGroup group(LabelledText pair, @Nullable LabelledText wrong) {
        List<String> texts = new ArrayList<>(List.of(pair.text(), String.valueOf(pair.pair())));
        if (wrong != null) {
            texts.add(String.valueOf(wrong.pair()));
        }
        return new TextGroup(pair.file(), pair.line(), texts, null);
    }

    /** Pairs with a score each. */
    @Override
    public List<TextGroup> readForEvaluation(Path file) {
        List<TextGroup> groups = LabelledFile.read(file, columns).stream()
                .map(row -> new TextGroup(
                        row.file(),
                        row.line(),
                        List.of(row.text(), String.valueOf(row.pair())),
                        TextClassificationTask.number(row)))
                .toList();
        if (groups.stream().map(TextGroup::score).distinct().count() < 2) {
            throw new DataException(file + ": all pairs have the same score, so no order can be compared");
        }
        return groups;
    }

    /** There are none; what the encoder's configuration says stays. */
    @Override
    public Labels labels(List<TextGroup> training) {
        if (training.size() < 2) {
            throw new DataException("there is one row of sentences only: at least two are needed to tell them apart");
        }
        return new Labels(List.of("LABEL_0", "LABEL_1"), null);
    }

    @Override
    public TrainableModel open(Path encoder, Labels labels, FineTuneSettings settings, Device device) {
        PretrainedModel body = Models.loadBare(encoder, device);
        try {
            if (settings.fromScratch()) {
                body.initializeWeights(settings.training().seed(), device);
            }
            return SentenceEmbeddingModel.on(body, pooling.pooling()::texts, scale);
        } catch (RuntimeException e) {
            body.close();
            throw e;
        }
    }

    /** Rows to train on have no scores. */
    @Override
    public boolean judgesTrainingRows() {
        return false;
    }

    @Override
    public boolean hasNewHead() {
        return false;
    }

    @Override
    public void complete(PretrainedModel model, Path folder) {
        pooling.write(folder, model.config().hiddenSize());
    }

    @Override
    public ExampleDataset examples(List<TextGroup> rows, Labels labels, Tokenizer tokenizer, int maxLength) {
        List<String> texts = rows.stream().flatMap(row -> row.texts().stream()).toList();
        int limit = Math.min(maxLength, pooling.maxSequenceLength());
        List<Encoding> cut = tokenizer.encodeBatch(
                texts,
                EncodeOptions.defaults()
                        .withTruncation(Truncation.toLength(limit))
                        .withCompleteOverflow(true));
        Map<String, Integer> numbers = new HashMap<>();
        List<Example> anchors = new ArrayList<>();
        List<List<Example>> others = new ArrayList<>();
        int at = 0;
        long truncated = 0;
        for (int row = 0; row < rows.size(); row++) {
            List<Example> group = new ArrayList<>();
            boolean anyCut = false;
            for (int end = at + rows.get(row).texts().size(); at < end; at++) {
                Encoding encoding = cut.get(at);
                int number = numbers.computeIfAbsent(Arrays.toString(encoding.ids()), ids -> numbers.size());
                anyCut |= !encoding.overflowing().isEmpty();
                group.add(new Example(row, encoding.ids(), encoding.typeIds(), null, null)
                        .withTarget(SequenceTarget.ofValues(List.of((float) number))));
            }
            truncated += anyCut ? 1 : 0;
            anchors.add(group.get(0));
            others.add(List.copyOf(group.subList(1, group.size())));
        }
        return new ExampleDataset(anchors, others, truncated);
    }

    @Override
    public Split<TextGroup> split(List<TextGroup> rows, double fraction, long seed) {
        return Split.stratified(rows, row -> "", fraction, seed);
    }

    /** Rows need scores. */
    @Override
    public void checkForEvaluation(List<TextGroup> rows, List<String> labels) {
        rows.forEach(SentenceEmbeddingTask::score);
    }

    @Override
    public Scores evaluate(Path model, List<TextGroup> rows, PipelineOptions options) {
        double[] actual =
                rows.stream().mapToDouble(SentenceEmbeddingTask::score).toArray();
        try (SentenceSimilarityPipeline pipeline =
                Pipelines.sentenceSimilarity(model, options.with(o -> o.truncation(true)))) {
            double[] cosines = pipeline
                    .similarities(
                            rows.stream().map(row -> row.texts().get(0)).toList(),
                            rows.stream().map(row -> row.texts().get(1)).toList())
                    .stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            RegressionScores scores = RegressionScores.of(actual, cosines);
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("spearman", scores.spearman());
            values.put("pearson", scores.pearson());
            return new Scores("spearman", values, null);
        }
    }

    private static double score(TextGroup row) {
        if (row.score() == null) {
            throw new DataException(row.where() + ": has no score to compare with");
        }
        return row.score();
    }
}
