package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.longformer.LongformerConfig;
import io.transformer4j.models.longformer.LongformerModel;
import io.transformer4j.models.roberta.RobertaConfig;
import io.transformer4j.models.roberta.RobertaForMaskedLM;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionConversionTest {
    private static final int OLD = 32;
    private static final int NEW = 4 * OLD;
    /** Half of it on either side: all that a short input has. */
    private static final Map<String, Object> OPTIONS =
            Map.of("window", 2 * OLD, "block_size", 8, "projection_size", 16, "num_features", 16);

    @Test
    void slidingWindowsAtFourTimesTheLengthGiveTheOldOutputs(@TempDir Path folder) {
        try (BertForMaskedLM bert = bert();
                PretrainedModel converted =
                        AttentionConversion.convert(bert, AttentionType.SLIDING_WINDOW, OPTIONS, NEW, 1)) {
            Models.save(converted, folder);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                assertThat(loaded.config().maxInputLength()).isEqualTo(NEW);
                assertSameOutputs(loaded, bert, ids(OLD));
                assertSameOutputs(loaded, bert, ids(OLD / 2 + 1));
                assertLearns(loaded, NEW);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKernelLearnsAtTheNewLength(AttentionType type, @TempDir Path folder) {
        try (BertForMaskedLM bert = bert();
                PretrainedModel converted = AttentionConversion.convert(bert, type, OPTIONS, NEW, 1)) {
            assertThat(converted.config().other()).containsEntry(AttentionOptions.KEY, OPTIONS);
            Models.save(converted, folder);
            try (PretrainedModel loaded = Models.load(folder, Devices.cpu())) {
                assertLearns(loaded, NEW);
            }
        }
    }

    @Test
    void robertaKeepsTheRowsThatNoTokenHas() {
        RobertaConfig config = RobertaConfig.BASE.with(c -> c.vocabSize(50)
                .hiddenSize(16)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(24)
                .maxPositionEmbeddings(OLD + 2)
                .initializerRange(0.3));
        try (RobertaForMaskedLM roberta = new RobertaForMaskedLM(config)) {
            roberta.initializeWeights(1, Devices.cpu());
            try (PretrainedModel converted =
                    AttentionConversion.convert(roberta, AttentionType.SLIDING_WINDOW, OPTIONS, 2 * OLD + 5, 1)) {
                assertThat(converted.config().maxPositionEmbeddings()).isEqualTo(2 * OLD + 7);
                assertSameOutputs(converted, roberta, ids(OLD));
                Tensor table = table(converted);
                assertThat(table.narrow(0, 2 + OLD, OLD).equal(table.narrow(0, 2, OLD)))
                        .isTrue();
                assertThat(table.narrow(0, 2 + 2 * OLD, 5).equal(table.narrow(0, 2, 5)))
                        .isTrue();
            }
        }
    }

    private static Tensor table(PretrainedModel model) {
        return model.namedParameters().get("body.embeddings.position.weight").tensor();
    }

    @Test
    void decodersToo() {
        GPT2Config config = GPT2Config.SMALL.with(c ->
                c.vocabSize(50).nPositions(OLD).nEmbd(16).nLayer(2).nHead(2).initializerRange(0.3));
        try (GPT2LMHeadModel gpt = new GPT2LMHeadModel(config)) {
            gpt.initializeWeights(1, Devices.cpu());
            try (PretrainedModel converted =
                    AttentionConversion.convert(gpt, AttentionType.SLIDING_WINDOW, OPTIONS, NEW, 1)) {
                assertSameOutputs(converted, gpt, ids(OLD));
                assertLearns(converted, NEW);
            }
        }
    }

    @Test
    void whatCannotBeConvertedSaysWhy() {
        try (BertForMaskedLM bert = bert();
                LongformerModel longformer = new LongformerModel(LongformerConfig.BASE)) {
            assertThatThrownBy(() -> AttentionConversion.convert(bert, AttentionType.FLASH, Map.of(), OLD - 1, 1))
                    .hasMessage("the new length (31) must not be smaller than the old one (32)");
            assertThatThrownBy(() -> AttentionConversion.convert(longformer, AttentionType.BIG_BIRD, Map.of(), 4096, 1))
                    .hasMessageContaining("a longformer has no choice of kernels");
        }
    }

    private static BertForMaskedLM bert() {
        BertForMaskedLM bert = new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(50)
                .hiddenSize(16)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(24)
                .maxPositionEmbeddings(OLD)
                .initializerRange(0.3)));
        bert.initializeWeights(1, Devices.cpu());
        return bert;
    }

    private static int[] ids(int length) {
        return IntStream.range(0, length).map(i -> (i * 11 + 2) % 50).toArray();
    }

    private static void assertSameOutputs(PretrainedModel actual, PretrainedModel expected, int[] ids) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            ModelInputs inputs = ModelInputs.of(List.of(ids), Devices.cpu());
            Map<String, Tensor> outputs = actual.outputs(inputs);
            expected.outputs(inputs)
                    .forEach((name, value) -> assertThat(
                                    outputs.get(name).sub(value).abs().max().item_double())
                            .as("%s of %d tokens: max |difference|", name, ids.length)
                            .isLessThan(1e-4));
        }
    }

    private static void assertLearns(PretrainedModel model, int length) {
        model.train(true);
        try (TensorScope scope = new TensorScope()) {
            long[] labels = IntStream.of(ids(length)).asLongStream().toArray();
            Targets targets = Targets.ofTokens(labels);
            ((TrainableModel) model)
                    .loss(ModelInputs.of(List.of(ids(length)), Devices.cpu()), targets, Totals.of(List.of(targets), 1))
                    .total()
                    .backward();
            model.namedParameters()
                    .forEach((name, parameter) -> assertThat(parameter
                                    .grad()
                                    .map(grad -> grad.isfinite().all().item_bool()))
                            .as(name)
                            .hasValue(true));
        }
    }
}
