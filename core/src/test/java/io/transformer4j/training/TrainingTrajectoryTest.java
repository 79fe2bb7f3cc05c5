package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.data.Batch;
import io.transformer4j.data.Example;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightLoader;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ten AdamW steps against those that Hugging Face and PyTorch took from the same checkpoint. */
class TrainingTrajectoryTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @CsvSource({"bert_mlm, 1", "bert_mlm, 2", "bert_pretraining, 1", "bert_pretraining, 3", "gpt2, 1", "gpt2, 2"})
    void followsTheReference(String name, int threads) {
        Path folder = SharedFiles.require("oracles/" + name);
        Path reference = SharedFiles.require("oracles/training/" + name + ".safetensors");
        try (ComputePool pool = new ComputePool(threads);
                SafetensorsFile expected = SafetensorsFile.open(reference)) {
            if (Models.config(folder.resolve("config.json")) instanceof GPT2Config config) {
                GPT2Config plain = config.with(c -> c.residPdrop(0).embdPdrop(0).attnPdrop(0));
                follow(new GPT2LMHeadModel(plain), folder, expected, pool, true);
            } else {
                BertConfig config = (BertConfig) Models.config(folder.resolve("config.json"));
                BertConfig plain = config.with(c -> c.hiddenDropoutProb(0).attentionProbsDropoutProb(0));
                if (name.equals("bert_mlm")) {
                    follow(new BertForMaskedLM(plain), folder, expected, pool, false);
                } else {
                    follow(new BertForPreTraining(plain), folder, expected, pool, false);
                }
            }
        }
    }

    private static void follow(
            TrainableModel model, Path folder, SafetensorsFile expected, ComputePool pool, boolean shiftLabels) {
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(
                a -> a.maxSteps(10).warmupSteps(3).learningRate(1e-3).weightDecay(0.01));
        Batch batch = batch(folder, shiftLabels);
        WeightLoader.load(model, folder, Devices.cpu());
        try (model;
                TensorScope scope = new TensorScope();
                DataParallel workers = new DataParallel(model, pool, arguments.precision());
                AdamW optimizer = new AdamW(DataParallel.trainable(model), arguments)) {
            for (int step = 0; step < 10; step++) {
                double loss = workers.gradients(List.of(batch), step).loss();
                double norm = workers.reduce();
                double learningRate = arguments.learningRateAt(step);
                assertThat(learningRate).as("lr " + step).isCloseTo(value(expected, "lr", step), within(1e-9));
                assertThat(loss).as("loss " + step).isCloseTo(value(expected, "loss", step), within(TOLERANCE * loss));
                assertThat(norm)
                        .as("gradient norm " + step)
                        .isCloseTo(value(expected, "grad_norm", step), within(TOLERANCE * norm));
                workers.apply(optimizer, step + 1, learningRate, norm > 1 ? norm + 1e-6 : null);
                workers.clearGradients();
            }
            compareWeights(model, expected);
        }
    }

    private static void compareWeights(PretrainedModel model, SafetensorsFile expected) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        model.namedParameters()
                .forEach(
                        (name, parameter) -> values.put(name, parameter.tensor().detach()));
        Map<String, Tensor> weights = model.weightMap().toCheckpoint(values);
        weights.forEach((name, weight) -> {
            Tensor reference = expected.tensor("final/" + name);
            double difference =
                    withoutKeyBias(name, weight.sub(reference)).abs().max().item_double();
            assertThat(difference)
                    .as(name + " max |difference|")
                    .isLessThan(TOLERANCE * Math.max(1, reference.abs().max().item_double()));
        });
        assertThat(weights.keySet().stream().map("final/"::concat))
                .containsExactlyInAnyOrderElementsOf(expected.names().stream()
                        .filter(name -> name.startsWith("final/"))
                        .toList());
    }

    /**
     * A key bias shifts all scores of a query alike, so its gradient is zero but for rounding, which Adam blows up to full
     * steps in whatever direction.
     */
    private static Tensor withoutKeyBias(String name, Tensor difference) {
        if (name.endsWith("key.bias")) {
            return difference.new_zeros(1);
        }
        return name.endsWith("c_attn.bias")
                ? difference.view(3, -1).index_select(0, Tensor.create(0L, 2L))
                : difference;
    }

    private static double value(SafetensorsFile file, String name, int index) {
        return file.tensor(name).select(0, index).item_double();
    }

    /** Case "a" of the folder, without its padding. */
    private static Batch batch(Path folder, boolean shiftLabels) {
        JsonNode spec = JsonMapper.shared()
                .readTree(folder.resolve("inputs.json"))
                .get("cases")
                .get(0);
        List<Example> examples = new ArrayList<>();
        for (int row = 0; row < spec.get("input_ids").size(); row++) {
            int[] ids = real(spec, "input_ids", row);
            int[] labels = real(spec, "labels", row);
            if (shiftLabels) {
                labels = Arrays.copyOfRange(labels, 1, labels.length + 1);
                labels[labels.length - 1] = Batch.IGNORED;
            }
            int[] types = spec.has("token_type_ids") ? real(spec, "token_type_ids", row) : new int[ids.length];
            Integer next = spec.has("next_sentence_label")
                    ? spec.get("next_sentence_label").get(row).asInt()
                    : null;
            examples.add(new Example(row, ids, types, labels, next));
        }
        return Batch.of(examples);
    }

    private static int[] real(JsonNode spec, String key, int row) {
        List<Integer> values = new ArrayList<>();
        for (int column = 0; column < spec.get(key).get(row).size(); column++) {
            if (!spec.has("attention_mask")
                    || spec.get("attention_mask").get(row).get(column).asInt() == 1) {
                values.add(spec.get(key).get(row).get(column).asInt());
            }
        }
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
