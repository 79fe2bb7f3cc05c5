package io.transformer4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.llama.LlamaForCausalLM;
import io.transformer4j.models.t5.T5Config;
import io.transformer4j.models.t5.T5ForConditionalGeneration;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.NativeMemory;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.MemoryProbe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks that run again in the backward pass: the same gradients to the last bit, dropout included, in less memory. */
class GradientCheckpointTest {
    @ParameterizedTest
    @EnumSource
    void theSameGradients(AttentionType type) {
        try (TrainableModel model = bert(type, 16, 24)) {
            assertSame(model, Precision.FP32, 24);
        }
    }

    @ParameterizedTest
    @EnumSource
    void inEitherPrecision(Precision precision) {
        LlamaConfig config = LlamaConfig.BASE.with(c -> c.vocabSize(40)
                .hiddenSize(16)
                .numHiddenLayers(3)
                .numAttentionHeads(2)
                .numKeyValueHeads(1)
                .intermediateSize(24)
                .maxPositionEmbeddings(30)
                .attentionDropout(0.2));
        try (TrainableModel model = new LlamaForCausalLM(config)) {
            model.initializeWeights(1, Devices.cpu());
            assertSame(model, precision, 20);
        }
    }

    /** Encoder and decoder, with the terms by distance that all layers share; two lengths. */
    @Test
    void encoderDecodersToo() {
        T5Config config = T5Config.SMALL.with(c -> c.vocabSize(40)
                .dModel(16)
                .dKv(8)
                .dFf(24)
                .numLayers(2)
                .numDecoderLayers(2)
                .numHeads(2)
                .dropoutRate(0.2));
        try (TrainableModel model = new T5ForConditionalGeneration(config)) {
            model.initializeWeights(1, Devices.cpu());
            assertSame(model, Precision.FP32, 11);
        }
    }

    private static void assertSame(TrainableModel model, Precision precision, int length) {
        model.train(true);
        Map<String, float[]> expected = gradients(model, precision, length);
        model.setGradientCheckpointing(true);
        Map<String, float[]> actual = gradients(model, precision, length);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, gradient) -> assertThat(actual.get(name)).as(name).isEqualTo(gradient));
    }

    private static Map<String, float[]> gradients(TrainableModel model, Precision precision, int length) {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        try (TensorScope scope = new TensorScope()) {
            Dropout.reseedAll(model, 77);
            backward(model, precision, length);
            model.namedParameters()
                    .forEach((name, parameter) -> parameter
                            .grad()
                            .ifPresent(gradient -> gradients.put(name, TensorData.floats(gradient.contiguous()))));
            model.namedParameters().values().forEach(Parameter::clearGrad);
        }
        assertThat(gradients).isNotEmpty();
        return gradients;
    }

    private static void backward(TrainableModel model, Precision precision, int length) {
        int[] ids = IntStream.range(0, length).map(i -> (i * 7 + 3) % 37).toArray();
        Targets targets = Targets.ofTokens(Arrays.stream(ids).asLongStream().toArray());
        ModelInputs inputs = ModelInputs.of(List.of(ids), model.device());
        if (model instanceof T5ForConditionalGeneration) {
            int[] some = Arrays.copyOf(ids, 4);
            inputs = ModelInputs.of(List.of(ids, some, some), model.device())
                    .withDecoder(ModelInputs.of(List.of(Arrays.copyOf(ids, length - 8), some, some), model.device()));
        }
        TrainableModel.Loss loss;
        try (Precision.Region region = precision.enter(DeviceType.CPU)) {
            loss = model.loss(
                    inputs, targets, Totals.of(List.of(targets), inputs.layout().batchSize()));
        }
        loss.total().backward();
    }

    /** Activations of one layer instead of sixteen; peaks of the whole process vary by some megabytes. */
    @Test
    void inLessMemory() {
        Assumptions.assumeTrue(
                NativeMemory.release() && NativeMemory.resetPeak(), "peaks of memory are known on Linux only");
        try (TrainableModel model = bert(AttentionType.FLASH, 64, 2048)) {
            model.train(true);
            long without = peak(model);
            model.setGradientCheckpointing(true);
            assertThat(peak(model)).isLessThan(without / 2);
        }
    }

    private static long peak(TrainableModel model) {
        NativeMemory.release();
        NativeMemory.resetPeak();
        long before = MemoryProbe.residentBytes().orElseThrow();
        try (TensorScope scope = new TensorScope()) {
            backward(model, Precision.FP32, 2048);
            model.namedParameters().values().forEach(Parameter::clearGrad);
        }
        return MemoryProbe.peakResidentBytes().orElseThrow() - before;
    }

    private static TrainableModel bert(AttentionType type, int width, int positions) {
        BertConfig config = BertConfig.BASE.with(c -> c.vocabSize(40)
                .hiddenSize(width)
                .numHiddenLayers(width == 16 ? 2 : 16)
                .numAttentionHeads(2)
                .intermediateSize(4L * width)
                .maxPositionEmbeddings(positions)
                .hiddenDropoutProb(width == 16 ? 0.1 : 0)
                .attentionProbsDropoutProb(width == 16 ? 0.2 : 0)
                .attentionType(type)
                .other(Map.of(
                        AttentionOptions.KEY,
                        Map.of("window", 6, "block_size", 4, "projection_size", 5, "num_features", 8))));
        TrainableModel model = new BertForMaskedLM(config);
        model.initializeWeights(1, Devices.cpu());
        return model;
    }
}
