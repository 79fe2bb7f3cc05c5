package io.transformer4j.models.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.heads.QuestionAnsweringModel;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes and spans from encoder–decoders, and what their checkpoints hold. */
class EncoderDecoderHeadsTest {
    private static final int END = 2;
    private static final int PADDING = 1;

    private static final Map<String, Object> BART = Map.ofEntries(
            Map.entry("model_type", "bart"),
            Map.entry("vocab_size", 40),
            Map.entry("d_model", 16),
            Map.entry("max_position_embeddings", 20),
            Map.entry("encoder_layers", 1),
            Map.entry("decoder_layers", 2),
            Map.entry("encoder_attention_heads", 2),
            Map.entry("decoder_attention_heads", 4),
            Map.entry("encoder_ffn_dim", 24),
            Map.entry("decoder_ffn_dim", 20),
            Map.entry("init_std", 0.5),
            Map.entry("num_labels", 3));

    private static final Map<String, Object> T5 = Map.of(
            "model_type", "t5",
            "vocab_size", 40,
            "d_model", 16,
            "d_kv", 6,
            "num_heads", 2,
            "d_ff", 24,
            "num_layers", 2,
            "num_decoder_layers", 1,
            "eos_token_id", END,
            "num_labels", 3);

    private static final List<int[]> TEXTS =
            List.of(new int[] {5, 9, END, 17, END}, new int[] {8, 30, 21, 6, 12, 33, END}, new int[] {7, END});

    @TempDir
    Path folder;

    private static PretrainedModel model(String architecture, Map<String, Object> tree) {
        PretrainedModel model = Models.build(tree, architecture, Path.of("test"));
        model.initializeWeights(3, Devices.cpu());
        return model;
    }

    private static PretrainedModel model(String architecture) {
        return model(architecture, architecture.startsWith("Bart") ? BART : T5);
    }

    private static ModelInputs inputs(List<int[]> texts) {
        return ModelInputs.of(texts, Devices.cpu());
    }

    /** The same texts with padding behind them. */
    private static ModelInputs padded(List<int[]> texts, int length) {
        long[] ids = new long[texts.size() * length];
        boolean[] real = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int[] text = texts.get(i / length);
            real[i] = i % length < text.length;
            ids[i] = real[i] ? text[i % length] : PADDING;
        }
        SequenceLayout layout = SequenceLayout.padded(texts.size(), length, real);
        return ModelInputs.of(ids, new long[ids.length], null, layout, Devices.cpu());
    }

    private static float[] classes(PretrainedModel model, ModelInputs inputs) {
        return TensorData.floats(((SequenceClassifier) model).sequenceLogits(inputs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BartForSequenceClassification", "T5ForSequenceClassification"})
    void aTextsClassDependsOnNeitherItsBatchNorPadding(String architecture) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                PretrainedModel model = model(architecture)) {
            float[] together = classes(model, inputs(TEXTS));
            assertThat(classes(model, padded(TEXTS, 9))).containsExactly(together, within(1e-4f));
            for (int i = 0; i < TEXTS.size(); i++) {
                float[] own = {together[3 * i], together[3 * i + 1], together[3 * i + 2]};
                assertThat(classes(model, inputs(List.of(TEXTS.get(i))))).containsExactly(own, within(1e-4f));
            }
        }
    }

    /** The decoder has read the tokens before the last end token by then, and none behind it; the encoder has read all. */
    @ParameterizedTest
    @ValueSource(strings = {"BartForSequenceClassification", "T5ForSequenceClassification"})
    void aTextsClassIsReadAtItsLastEnd(String architecture) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                PretrainedModel model = model(architecture)) {
            ModelInputs sources = inputs(List.of(new int[] {5, END, 9, END, 11}));
            float[] expected = classes(model, sources.withDecoder(inputs(List.of(new int[] {END, 5, END, 9, END}))));
            float[] changedBehind =
                    classes(model, sources.withDecoder(inputs(List.of(new int[] {END, 5, END, 9, 30}))));
            float[] changedBefore =
                    classes(model, sources.withDecoder(inputs(List.of(new int[] {END, 5, END, 30, END}))));
            assertThat(changedBehind).containsExactly(expected);
            assertThat(changedBefore).isNotEqualTo(expected);
        }
    }

    @Test
    void aTextWithoutEndHasNoClass() {
        try (TensorScope scope = new TensorScope();
                PretrainedModel model = model("BartForSequenceClassification")) {
            ModelInputs inputs = inputs(List.of(new int[] {5, END}, new int[] {7, 8, 9}));
            assertThatThrownBy(() -> classes(model, inputs))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("sequence 1 has no end token (2), where its class is read: add one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BartForQuestionAnswering", "T5ForQuestionAnswering"})
    void everyTokenIsScored(String architecture) {
        try (TensorScope scope = new TensorScope();
                PretrainedModel model = model(architecture)) {
            QuestionAnsweringModel<?> reader = (QuestionAnsweringModel<?>) model;
            ModelInputs inputs = inputs(TEXTS);
            float[] starts = TensorData.floats(reader.forward(inputs).startLogits());
            assertThat(starts).hasSize(14);
            float[] alone = TensorData.floats(
                    reader.forward(inputs(List.of(TEXTS.get(2)))).startLogits());
            assertThat(alone).containsExactly(new float[] {starts[12], starts[13]}, within(1e-4f));
            TrainableModel.Targets spans = TrainableModel.Targets.ofSpans(new long[] {0, 3, 0}, new long[] {2, 5, 1});
            TrainableModel.Totals totals = TrainableModel.Totals.of(List.of(spans), 3);
            Tensor loss = reader.loss(inputs, spans, totals).total();
            loss.backward();
            assertThat(model.namedParameters().values())
                    .allSatisfy(parameter -> assertThat(parameter.grad()).isPresent());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BartForSequenceClassification, true",
        "BartForSequenceClassification, false",
        "BartForQuestionAnswering, false",
        "BartForConditionalGeneration, false",
        "T5ForSequenceClassification, true",
        "T5ForQuestionAnswering, true"
    })
    void comeBackFromTheirFiles(String architecture, boolean tied) {
        Map<String, Object> tree = new HashMap<>(architecture.startsWith("Bart") ? BART : T5);
        tree.put("tie_word_embeddings", tied);
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard();
                PretrainedModel model = model(architecture, tree)) {
            Models.save(model, folder);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                assertThat(loaded.architecture()).isEqualTo(architecture);
                model.namedParameters()
                        .forEach((name, parameter) -> assertThat(TensorData.floats(
                                        loaded.namedParameters().get(name).tensor()))
                                .as(name)
                                .containsExactly(TensorData.floats(parameter.tensor())));
            }
        }
    }

    /** HF keeps the table that would be shared, though nothing reads it then. */
    @Test
    void untiedTablesHaveTheNamesOfHuggingFace() {
        Map<String, Object> tree = new HashMap<>(BART);
        tree.put("tie_word_embeddings", false);
        Path again = folder.resolve("again");
        float[] unread = {3, 1, 4, 1, 5, 9};
        try (TensorScope scope = new TensorScope();
                PretrainedModel model = model("BartForConditionalGeneration", tree)) {
            Models.save(model, folder);
            Map<String, Tensor> weights = new HashMap<>();
            try (CheckpointReader reader = CheckpointReader.open(folder)) {
                reader.names()
                        .forEach(name -> weights.put(name, reader.tensor(name).clone()));
            }
            assertThat(weights)
                    .containsKeys(
                            "lm_head.weight",
                            "final_logits_bias",
                            "model.encoder.embed_tokens.weight",
                            "model.decoder.embed_tokens.weight");
            weights.put("model.shared.weight", Tensor.create(unread));
            CheckpointWriter.write(folder, weights);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                Models.save(loaded, again);
            }
        }
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(again)) {
            assertThat(TensorData.floats(reader.tensor("model.shared.weight"))).containsExactly(unread);
        }
    }

    /** T5 1.1's configuration asks for an output layer of its own; the file decides. */
    @Test
    void aFileWithoutOutputLayerIsOneWithATiedLayer() {
        Map<String, Object> tree = new HashMap<>(T5);
        tree.put("scale_decoder_outputs", false);
        try (PretrainedModel own = model("T5ForConditionalGeneration", tree);
                PretrainedModel tied = own.withoutOptionalParts()) {
            assertThat(own.weightMap().keys()).contains("lm_head.weight");
            tied.initializeWeights(4, Devices.cpu());
            Models.save(tied, folder);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                assertThat(loaded.weightMap().keys()).doesNotContain("lm_head.weight");
            }
            Models.save(own, folder);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                assertThat(loaded.weightMap().keys()).contains("lm_head.weight");
            }
        }
    }
}
