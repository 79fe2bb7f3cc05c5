package io.transformer4j.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.testing.ModelOutputs;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models in 8 bits against themselves in float32. */
class QuantizationTest {
    /** Smallest cosine between all values of an output. The reference folders' widths are 32, so rounding hardly averages out. */
    private static final Map<Quantization, Double> LEAST_COSINE =
            Map.of(Quantization.INT8, 0.9995, Quantization.INT8_DYNAMIC, 0.999);

    private static final List<int[]> TEXTS = List.of(
            new int[] {3, 14, 15, 92, 65, 35, 8}, new int[] {27, 18, 28}, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
            });

    static Stream<String> oracles() {
        return Stream.of(
                "bert_mlm",
                "bert_pretraining",
                "bert_seqcls",
                "distilbert_model",
                "roberta_mlm",
                "gpt2",
                "openai_gpt",
                "gpt_neo",
                "llama",
                "llama_tied_headdim_bias",
                "bart",
                "marian",
                "t5_relu_tied",
                "t5_gated_untied",
                "transformer_2017",
                "longformer_model",
                "bigbird_model");
    }

    @ParameterizedTest
    @MethodSource("oracles")
    void outputsStayClose(String name, TestReporter reporter) {
        Path folder = SharedFiles.require("oracles/" + name);
        Map<String, float[]> exact = outputs(folder, Quantization.NONE);
        for (Quantization quantization : LEAST_COSINE.keySet()) {
            Map<String, float[]> outputs = outputs(folder, quantization);
            double least = 1;
            for (Map.Entry<String, float[]> output : outputs.entrySet()) {
                least = Math.min(least, cosine(exact.get(output.getKey()), output.getValue()));
            }
            reporter.publishEntry(quantization.optionName(), String.format(Locale.ROOT, "%.6f", least));
            assertThat(least).as("%s %s", name, quantization).isBetween(LEAST_COSINE.get(quantization), 1 - 1e-9);
        }
    }

    private static Map<String, float[]> outputs(Path folder, Quantization quantization) {
        try (PretrainedModel model = quantization.apply(Models.load(folder, Devices.cpu()))) {
            return outputs(model);
        }
    }

    private static Map<String, float[]> outputs(PretrainedModel model) {
        return ModelOutputs.of(model, TEXTS);
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squares = 0;
        double others = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squares += (double) a[i] * a[i];
            others += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squares * others);
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT8_DYNAMIC"})
    void memoryIsReleased(Quantization quantization) {
        try (GPT2LMHeadModel model =
                Models.load(SharedFiles.require("oracles/gpt2"), GPT2LMHeadModel.class, Devices.cpu())) {
            long before = Quantization.bytes(model);
            long matrices = model.matrices().stream()
                    .mapToLong(matrix -> matrix.bytes())
                    .sum();
            long outputs = model.matrices().stream()
                    .mapToLong(matrix -> matrix.shape()[0])
                    .sum();
            quantization.apply(model);
            assertThat(before).isEqualTo(4 * model.numParameters());
            // the tied head's table too
            assertThat(Quantization.bytes(model)).isEqualTo(before - matrices + matrices / 4 + 8 * outputs);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT8_DYNAMIC"})
    void threadsAndReplicasShareTheWeights(Quantization quantization) {
        Path folder = SharedFiles.require("oracles/bert_mlm");
        try (PretrainedModel model = quantization.apply(Models.load(folder, Devices.cpu()));
                PretrainedModel replica = model.replicate();
                ComputePool pool = new ComputePool(4)) {
            Map<String, float[]> alone = outputs(model);
            List<Map<String, float[]>> together = pool.onEachWorker(worker -> {
                Map<String, float[]> last = Map.of();
                for (int i = 0; i < 20; i++) {
                    last = outputs(worker % 2 == 0 ? model : replica);
                }
                return last;
            });
            assertThat(together)
                    .hasSize(4)
                    .allSatisfy(result -> alone.forEach((name, values) ->
                            assertThat(result.get(name)).as(name).isEqualTo(values)));
        }
    }

    @Test
    void aQuantizedModelIsNotSaved(@TempDir Path temp) {
        try (PretrainedModel model =
                Quantization.INT8.apply(Models.load(SharedFiles.require("oracles/llama"), Devices.cpu()))) {
            assertThatThrownBy(() -> Models.save(model, temp.resolve("saved")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("load it again to train or save it");
        }
        assertThat(temp.resolve("saved/model.safetensors")).doesNotExist();
    }

    @Test
    void theReportHasARowForEachForm() {
        List<QuantizationReport.Row> rows = QuantizationReport.measure(SharedFiles.require("oracles/gpt2"), TEXTS, -1);
        assertThat(rows)
                .extracting(QuantizationReport.Row::quantization)
                .containsExactly(Quantization.NONE, Quantization.INT8, Quantization.INT8_DYNAMIC);
        assertThat(rows.get(0).meanCosine()).isEqualTo(1, within(1e-6));
        assertThat(rows.get(2).weightBytes()).isLessThan(rows.get(0).weightBytes());
        assertThat(rows.get(0).perplexity()).isCloseTo(perplexity(), withinPercentage(1e-3));
        List<QuantizationReport.Row> masked = QuantizationReport.measure(
                SharedFiles.require("oracles/bert_mlm"), Collections.nCopies(5, TEXTS.get(2)), 4);
        assertThat(masked).allSatisfy(row -> assertThat(row.accuracy()).isBetween(0.0, 1.0));
    }

    /** By the model's own loss. */
    private static double perplexity() {
        try (GPT2LMHeadModel model =
                        Models.load(SharedFiles.require("oracles/gpt2"), GPT2LMHeadModel.class, Devices.cpu());
                TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            long[] labels = {14, 15, 92, 65, 35, 8, -100, 18, 28, -100, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -100};
            Targets targets = Targets.ofTokens(labels);
            Totals totals = Totals.of(List.of(targets), TEXTS.size());
            return Math.exp(model.loss(ModelInputs.of(TEXTS, model.device()), targets, totals)
                    .total()
                    .item_double());
        }
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        assertThat(Quantization.parse("int8-dynamic")).isEqualTo(Quantization.INT8_DYNAMIC);
        assertThatThrownBy(() -> Quantization.parse("int4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("quantization must be none, int8, int8-dynamic, but is \"int4\"");
    }

    @Test
    void lowPrecisionAndQuantizationExcludeEachOther() {
        assertThatThrownBy(() -> PipelineOptions.DEFAULT.with(
                        o -> o.quantization(Quantization.INT8).precision(Precision.BF16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exclude each other");
    }
}
