package io.transformer4j.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.data.DataException;
import io.transformer4j.data.Example;
import io.transformer4j.data.labelled.AnsweredQuestion;
import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.data.labelled.LabelledText;
import io.transformer4j.models.Labels;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.LoraConfig;
import io.transformer4j.models.features.FeatureHeadConfig;
import io.transformer4j.models.features.FeatureLayers;
import io.transformer4j.pipelines.ClassificationResult;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TextClassificationPipeline;
import io.transformer4j.pipelines.TinyCheckpoints;
import io.transformer4j.pipelines.ZeroShotClassificationPipeline;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.training.TrainingArguments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FineTunerTest {
    private static final FineTuneSettings FAST = FineTuneSettings.DEFAULTS.with(s -> s.epochs(50)
            .warmupRatio(0)
            .training(TrainingArguments.DEFAULTS.with(
                    a -> a.batchSize(2).learningRate(2e-3).loggingSteps(1000))));
    private static final PipelineOptions OPTIONS = PipelineOptions.DEFAULT.with(o -> o.threads(1));
    private static final TextClassificationTask CLASSES =
            TextClassificationTask.singleLabel(LabelledFile.Columns.DEFAULT);

    @TempDir
    private static Path encoder;

    private static ComputePool pool;

    @TempDir
    private Path out;

    @BeforeAll
    static void open() {
        ToyData.encoder(encoder);
        pool = new ComputePool(2);
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    private <R> double fineTune(Task<R> task, FineTuneSettings settings, List<R> rows) {
        new FineTuner<>(task, encoder, settings, pool).train(rows, List.of(), out, List.of());
        return task.evaluate(out, rows, OPTIONS).mainValue();
    }

    private <R> double features(Task<R> task, FeatureHeadConfig head, List<R> rows) {
        FineTuneSettings settings =
                FAST.with(s -> s.epochs(60).training(FAST.training().with(a -> a.learningRate(1e-2))));
        new FeatureTrainer<>(task, encoder, head, settings, pool, out.resolve("cache"))
                .train(rows, rows, out, List.of());
        return task.evaluate(out, rows, OPTIONS).mainValue();
    }

    @Test
    void learnsClasses() {
        assertThat(fineTune(CLASSES, FAST.with(s -> s.balancedClasses(true).layerDecay(0.95)), ToyData.texts()))
                .isEqualTo(1);
        assertThat(ConfigJson.readTree(out.resolve("config.json")))
                .containsEntry("id2label", Map.of("0", "money", "1", "animal"))
                .containsEntry("problem_type", "single_label_classification")
                .containsEntry("architectures", List.of("BertForSequenceClassification"));
    }

    @Test
    void learnsByAnAdapterThatCanBeMerged() {
        List<LabelledText> rows = ToyData.texts();
        FineTuneSettings adapted = FAST.with(s -> s.lora(new LoraConfig(4, 16, 0, List.of(LoraConfig.ALL_LINEAR)))
                .training(FAST.training().with(a -> a.learningRate(5e-3))));
        assertThat(fineTune(CLASSES, adapted, rows)).isEqualTo(1);
        assertThat(LoraAdapter.isAdapter(out)).isTrue();
        Path whole = out.resolve("whole");
        new FineTuner<>(CLASSES, encoder, adapted.with(s -> s.mergeAdapter(true)), pool)
                .train(rows, List.of(), whole, List.of());
        assertThat(LoraAdapter.isAdapter(whole)).isFalse();
        assertThat(whole).isDirectoryNotContaining("glob:**/adapter_*");
        try (TextClassificationPipeline merged = Pipelines.textClassification(whole, OPTIONS);
                TextClassificationPipeline unmerged = Pipelines.textClassification(out, OPTIONS)) {
            String text = rows.get(0).text();
            assertThat(merged.classify(text).best().score())
                    .isCloseTo(unmerged.classify(text).best().score(), within(1e-3));
        }
        try (SafetensorsFile base = SafetensorsFile.open(encoder.resolve("model.safetensors"));
                SafetensorsFile tuned = SafetensorsFile.open(whole.resolve("model.safetensors"));
                TensorScope scope = new TensorScope()) {
            String frozen = "bert.embeddings.word_embeddings.weight";
            assertThat(base.tensor(frozen).equal(tuned.tensor(frozen))).isTrue();
            String updated = "bert.encoder.layer.0.attention.self.key.weight";
            assertThat(base.tensor(updated).equal(tuned.tensor(updated))).isFalse();
        }
    }

    @Test
    void anAdapterExcludesOtherWaysOfFreezing() {
        assertThatThrownBy(() -> FAST.with(s -> s.lora(LoraConfig.DEFAULT).trainableLayers(1)))
                .hasMessageContaining("excludes fromScratch and trainableLayers");
        assertThatThrownBy(() -> FAST.with(s -> s.mergeAdapter(true)))
                .hasMessage("mergeAdapter needs an adapter (lora)");
    }

    /** A model that learnt which words a text entails finds the label that holds, though it never saw it as a class. */
    @ParameterizedTest
    @ValueSource(strings = {"contradiction", "not_entailment"})
    void entailmentClassifiesWithoutExamples(String other) {
        List<String> texts = List.of("the cat sat on the mat", "he went to the bank", "the water was cold");
        List<String> words = List.of("cat", "bank", "water");
        List<LabelledText> rows = new ArrayList<>();
        for (String text : texts) {
            for (String word : words) {
                rows.add(new LabelledText(
                        Path.of("toy"), 1, text, "the " + word, List.of(text.contains(word) ? "entailment" : other)));
            }
        }
        assertThat(fineTune(CLASSES, FAST.with(s -> s.epochs(80)), rows)).isEqualTo(1);
        try (ZeroShotClassificationPipeline pipeline = Pipelines.zeroShotClassification(out, OPTIONS)) {
            List<ClassificationResult> one = pipeline.classify(texts, words, "the {}", false);
            assertThat(one).extracting(result -> result.best().label()).isEqualTo(words);
            assertThat(one.get(0).scores().stream()
                            .mapToDouble(ClassificationResult.LabelScore::score)
                            .sum())
                    .isCloseTo(1, within(1e-6));
            assertThat(pipeline.classify(texts, words, "the {}", true).get(1).labels(0.5))
                    .containsExactly("bank");
        }
    }

    @Test
    void learnsSetsOfLabels() {
        List<LabelledText> rows = List.of(
                ToyData.row("the cat sat on the mat", "cat|mat"),
                ToyData.row("he went to the bank", "bank"),
                ToyData.row("the cat went to the bank", "cat|bank"),
                ToyData.row("some words"));
        TextClassificationTask task = TextClassificationTask.multiLabel(LabelledFile.Columns.DEFAULT, "|");
        assertThat(task.labels(rows).names()).containsExactly("cat", "mat", "bank");
        assertThat(fineTune(task, FAST, rows)).isEqualTo(1);
    }

    @Test
    void learnsNumbers() {
        List<LabelledText> rows = List.of(
                ToyData.row("the cat sat on the mat", "0.1"),
                ToyData.row("he went to the bank", "0.9"),
                ToyData.row("the river was cold", "0.5"));
        TextClassificationTask task = TextClassificationTask.regression(LabelledFile.Columns.DEFAULT);
        assertThat(fineTune(task, FAST, rows)).isGreaterThan(0.97);
    }

    @Test
    void learnsTags() {
        assertThat(fineTune(new TokenClassificationTask(), FAST, ToyData.sentences()))
                .isEqualTo(1);
    }

    @Test
    void learnsToAnswer() {
        String context = "the cat sat on the mat and he went to the bank";
        List<AnsweredQuestion> rows =
                List.of(question("the cat looked at", context, "the mat"), question("money", context, "the bank"));
        assertThat(fineTune(new QuestionAnsweringTask(), FAST, rows)).isEqualTo(1);
    }

    private static AnsweredQuestion question(String question, String context, String answer) {
        return new AnsweredQuestion(
                "q", question, context, List.of(new AnsweredQuestion.Answer(answer, context.indexOf(answer))));
    }

    @Test
    void onlyTheUpperLayersLearn() {
        fineTune(CLASSES, FAST.with(s -> s.epochs(2).trainableLayers(1)), ToyData.texts());
        assertThat(same("bert.encoder.layer.0.output.dense.weight")).isTrue();
        assertThat(same("bert.embeddings.word_embeddings.weight")).isTrue();
        assertThat(same("bert.encoder.layer.1.output.dense.weight")).isFalse();
    }

    private boolean same(String name) {
        try (SafetensorsFile before = SafetensorsFile.open(encoder.resolve("model.safetensors"));
                SafetensorsFile after = SafetensorsFile.open(out.resolve("model.safetensors"));
                TensorScope scope = new TensorScope()) {
            return Arrays.equals(TensorData.floats(before.tensor(name)), TensorData.floats(after.tensor(name)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void headsLearnClassesFromFeatures(FeatureHeadConfig.Type type) {
        assertThat(features(
                        CLASSES, FeatureHeadConfig.TEXT.with(h -> h.type(type).hiddenSize(8)), ToyData.texts()))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void headsLearnTagsFromAnyLayers(FeatureLayers layers) {
        FeatureHeadConfig head = FeatureHeadConfig.TOKEN.with(h -> h.layers(layers)
                .type(FeatureHeadConfig.Type.BILSTM)
                .hiddenSize(8)
                .crf(true));
        assertThat(features(new TokenClassificationTask(), head, ToyData.sentences()))
                .isEqualTo(1);
    }

    @Test
    void featuresAreComputedOnce() throws IOException {
        features(CLASSES, FeatureHeadConfig.TEXT, ToyData.texts());
        Path file = cached().get(0);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
        features(CLASSES, FeatureHeadConfig.TEXT.with(h -> h.type(FeatureHeadConfig.Type.MLP)), ToyData.texts());
        assertThat(cached()).containsExactly(file);
        assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1000);
        features(CLASSES, FeatureHeadConfig.TEXT.with(h -> h.layers(FeatureLayers.SCALAR_MIX)), ToyData.texts());
        assertThat(cached()).hasSize(2);
    }

    private List<Path> cached() throws IOException {
        try (Stream<Path> files = Files.list(out.resolve("cache"))) {
            return files.toList();
        }
    }

    @Test
    void rareClassesWeighMore() {
        Labels labels = new Labels(List.of("a", "b"), null);
        List<LabelledText> rows = List.of(
                ToyData.row("the", "a"), ToyData.row("the", "a"), ToyData.row("the", "a"), ToyData.row("the", "b"));
        List<Double> weights = ClassWeights.balanced(examples(CLASSES, rows, labels), labels);
        assertThat(weights.get(0)).isCloseTo(4 / 6.0, within(1e-12));
        assertThat(weights.get(1)).isCloseTo(2, within(1e-12));
    }

    private static <R> List<Example> examples(Task<R> task, List<R> rows, Labels labels) {
        return task.examples(rows, labels, Tokenizer.load(encoder), TinyCheckpoints.POSITIONS)
                .examples();
    }

    @Test
    void whatIsWrongWithLabelsIsSaid() {
        Labels labels = new Labels(List.of("a", "b"), null);
        assertThatThrownBy(() -> CLASSES.labels(List.of(ToyData.row("x", "a"), ToyData.row("y", "a"))))
                .isInstanceOf(DataException.class)
                .hasMessage("all 2 rows have the label [a]: a classifier needs at least two to tell apart");
        assertThatThrownBy(() -> examples(CLASSES, List.of(ToyData.row("x", "c")), labels))
                .hasMessage("toy, line 1: has the label \"c\", but known are [a, b]");
        assertThatThrownBy(() ->
                        ClassWeights.balanced(examples(CLASSES, List.of(ToyData.row("x", "a")), labels), labels))
                .hasMessage("no training example has the label \"b\", so classes can't be balanced");
        TextClassificationTask numbers = TextClassificationTask.regression(LabelledFile.Columns.DEFAULT);
        assertThatThrownBy(() -> examples(numbers, List.of(ToyData.row("x", "NaN")), labels))
                .hasMessage("toy, line 1: the target must be a finite number, but is \"NaN\"");
        assertThatThrownBy(() -> examples(
                        new TokenClassificationTask(),
                        List.of(ToyData.sentence("x/B-z")),
                        new Labels(List.of("O"), null)))
                .hasMessage("toy, line 1: the sentence has the tag \"B-z\", but known are [O]");
    }

    @Test
    void unknownLabelsAreAnErrorOfEvaluationToo() {
        fineTune(CLASSES, FAST.with(s -> s.epochs(1)), ToyData.texts());
        assertThatThrownBy(() -> CLASSES.evaluate(out, List.of(ToyData.row("the cat", "plant")), OPTIONS))
                .hasMessage("toy, line 1: has the label \"plant\", but known are [money, animal]");
    }

    @Test
    void longTextsAreCutForClassesAndDividedForTags() {
        String words = "cat ".repeat(100).strip();
        Labels labels = new Labels(List.of("O", "B-a"), null);
        ExampleDataset cut = CLASSES.examples(
                List.of(ToyData.row(words, "O")), labels, Tokenizer.load(encoder), TinyCheckpoints.POSITIONS);
        assertThat(cut.truncated()).isEqualTo(1);
        assertThat(cut.examples().get(0).length()).isEqualTo(TinyCheckpoints.POSITIONS);
        List<Example> windows = examples(
                new TokenClassificationTask(),
                List.of(ToyData.sentence("cat/B-a ".repeat(100).strip())),
                labels);
        assertThat(windows.stream()
                        .flatMapToInt(window -> Arrays.stream(window.labels()))
                        .filter(label -> label == 1)
                        .count())
                .isEqualTo(100);
        assertThatThrownBy(() -> fineTune(CLASSES, FAST.with(s -> s.maxLength(1000)), ToyData.texts()))
                .hasMessage("maxLength is 1000, but the model reads at most 24 tokens");
    }
}
