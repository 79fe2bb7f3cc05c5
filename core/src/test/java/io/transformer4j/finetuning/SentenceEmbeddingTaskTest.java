package io.transformer4j.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.data.Batch;
import io.transformer4j.data.DataException;
import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.LoraConfig;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.pipelines.SentenceSimilarityPipeline;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.tracking.MemoryProbe;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SentenceEmbeddingTaskTest {
    private static final LabelledFile.Columns COLUMNS = new LabelledFile.Columns("text", "2", "label");
    private static final PipelineOptions OPTIONS = PipelineOptions.DEFAULT.with(o -> o.threads(1));
    private static final FineTuneSettings FAST = FineTuneSettings.DEFAULTS.with(s -> s.epochs(60)
            .warmupRatio(0)
            .training(TrainingArguments.DEFAULTS.with(
                    a -> a.batchSize(6).learningRate(2e-3).loggingSteps(1000))));

    /** Each says nearly what its neighbour says. */
    private static final String PAIRS = """
            the cat sat on the mat\ta cat sat
            he went to the bank\tto get some money
            the river was green\tthe water was cold
            a model learns words\twords from the words around them
            """;

    @TempDir
    private static Path encoder;

    @TempDir
    private Path out;

    @BeforeAll
    static void makeEncoder() {
        ToyData.encoder(encoder);
    }

    private static SentenceEmbeddingTask task(Pooling pooling) {
        return new SentenceEmbeddingTask(COLUMNS, null, new SentencePooling(pooling, true, 20), 20);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(out.resolve(name), content);
    }

    private TrainedModel train(
            SentenceEmbeddingTask task, FineTuneSettings settings, List<TextGroup> rows, int threads) {
        try (ComputePool pool = new ComputePool(threads)) {
            return new FineTuner<>(task, encoder, settings, pool).train(rows, rows, out.resolve("run"), List.of());
        }
    }

    /** How often a first text's most similar second text is its own. */
    private static long found(Path model, List<TextGroup> rows) {
        List<String> seconds = rows.stream().map(row -> row.texts().get(1)).toList();
        try (SentenceSimilarityPipeline pipeline = Pipelines.sentenceSimilarity(model, OPTIONS)) {
            return rows.stream()
                    .filter(row -> pipeline.mostSimilar(row.texts().get(0), seconds, 1)
                            .get(0)
                            .item()
                            .equals(row.texts().get(1)))
                    .count();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "CLS"})
    void pairsBecomeNearestNeighboursAsTheSavedPoolingHasIt(Pooling pooling) throws IOException {
        SentenceEmbeddingTask task = task(pooling);
        List<TextGroup> rows = task.read(write("pairs.tsv", PAIRS));
        TrainedModel trained = train(task, FAST, rows, 2);
        assertThat(found(trained.folder(), rows)).isEqualTo(rows.size());
        assertThat(SentencePooling.read(trained.folder())).isEqualTo(task.pooling());
        assertThat(ConfigJson.readTree(trained.folder().resolve("config.json")))
                .containsEntry("architectures", List.of("BertModel"));
        assertThat(trained.folder().resolve("checkpoint-60/modules.json")).exists();
    }

    /** Workers see each other's rows: halves of a batch have the negatives of the whole. */
    @Test
    void theLossIsThatOfTheWholeBatchForAnyNumberOfWorkers() throws IOException {
        SentenceEmbeddingTask task = task(Pooling.MEAN);
        List<TextGroup> rows = task.read(write("pairs.tsv", PAIRS));
        FineTuneSettings few = FAST.with(s -> s.epochs(5));
        TrainedModel one = train(task, few, rows, 1);
        double alone = metric(one);
        deleteRun();
        TrainedModel two = train(task, few, rows, 2);
        assertThat(metric(two)).isCloseTo(alone, org.assertj.core.data.Offset.offset(1e-4));
    }

    private static double metric(TrainedModel trained) {
        return java.util.Objects.requireNonNull(trained.state().bestMetric());
    }

    private void deleteRun() {
        io.transformer4j.checkpoint.AtomicFiles.deleteFolder(out.resolve("run"));
    }

    /** What workers keep for their way back is freed after each step. */
    @Test
    void memoryStaysFlatOverManySteps() throws IOException {
        SentenceEmbeddingTask task = task(Pooling.MEAN);
        List<TextGroup> rows = task.read(write("pairs.tsv", PAIRS));
        List<Long> resident = new ArrayList<>();
        TrainerCallback probe = new TrainerCallback() {
            @Override
            public void onStepEnd(TrainerState state, double loss) {
                if (state.globalStep() % 500 == 0) {
                    resident.add(MemoryProbe.residentBytes().orElseThrow());
                }
            }
        };
        try (ComputePool pool = new ComputePool(2)) {
            new FineTuner<>(task, encoder, FAST.with(s -> s.epochs(2000)), pool)
                    .train(rows, List.of(), out.resolve("run"), List.of(probe));
        }
        assertThat(resident.get(3) - resident.get(1))
                .as("growth of %s", resident)
                .isLessThan(24L << 20);
    }

    @Test
    void tripletsAndAdaptersLearnToo() throws IOException {
        Path file = write("triplets.tsv", """
                the cat sat on the mat\ta cat sat\tthe bank was green
                he went to the bank\tto get some money\tthe cat sat
                """);
        SentenceEmbeddingTask task =
                new SentenceEmbeddingTask(COLUMNS, "3", new SentencePooling(Pooling.MEAN, true, 20), 20);
        List<TextGroup> rows = task.read(file);
        assertThat(rows.get(1).texts()).containsExactly("he went to the bank", "to get some money", "the cat sat");
        FineTuneSettings adapted = FAST.with(s -> s.lora(new LoraConfig(4, 16, 0, List.of(LoraConfig.ALL_LINEAR)))
                .training(FAST.training().with(a -> a.learningRate(1e-2))));
        TrainedModel trained = train(task, adapted, rows, 2);
        assertThat(LoraAdapter.isAdapter(trained.folder())).isTrue();
        assertThat(found(trained.folder(), rows)).isEqualTo(2);
    }

    @Test
    void batchesHaveAllAnchorsThenAllCandidates() throws IOException {
        SentenceEmbeddingTask task = task(Pooling.MEAN);
        List<TextGroup> rows = task.read(write("pairs.tsv", "the cat\ta cat\nthe cat\tthe mat\n"));
        ExampleDataset examples = task.examples(rows, task.labels(rows), Tokenizer.load(encoder), 20);
        Batch batch = examples.collator().collate(0, List.of(examples.get(0, 1), examples.get(0, 0)));
        assertThat(batch.batchSize()).isEqualTo(4);
        assertThat(batch.targets()).extracting(target -> target.label()).containsExactly(0, 1, 0, 1);
        assertThat(batch.targets()).extracting(target -> target.values().get(0)).containsExactly(0f, 0f, 1f, 1f);
        assertThat(batch.targets()).extracting(target -> target.values().get(1)).containsExactly(0f, 0f, 2f, 1f);
    }

    @Test
    void judgesByTheOrderOfScores() throws IOException {
        SentenceEmbeddingTask task = task(Pooling.MEAN);
        List<TextGroup> rows = task.readForEvaluation(
                write("sts.tsv", "the cat\tthe cat\t5\nthe cat sat\tthe cat\t3\nthe cat\tsome money\t0\n"));
        Scores scores = task.evaluate(encoder, rows, OPTIONS);
        assertThat(scores.main()).isEqualTo("spearman");
        assertThat(scores.mainValue()).isBetween(0.4, 1.0);
    }

    @Test
    void badRowsAreNamed() throws IOException {
        SentenceEmbeddingTask task = task(Pooling.MEAN);
        Path missing = write("missing.tsv", "a\tb\nc\n");
        assertThatThrownBy(() -> task.read(missing))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("missing.tsv, line 2: has 1 column, but the second text stands in column 2");
        Path notANumber = write("nan.tsv", "a\tb\t1\nc\td\tNaN\n");
        assertThatThrownBy(() -> task.readForEvaluation(notANumber))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("nan.tsv, line 2: the target must be a finite number, but is \"NaN\"");
        Path constant = write("constant.tsv", "a\tb\t1\nc\td\t1\n");
        assertThatThrownBy(() -> task.readForEvaluation(constant))
                .hasMessageContaining("all pairs have the same score");
        assertThatThrownBy(() -> task.labels(List.of())).hasMessageContaining("at least two are needed");
        assertThatThrownBy(() -> task(Pooling.LAST_FOUR_LAYERS)).hasMessageContaining("no pooling last-four");
    }
}
