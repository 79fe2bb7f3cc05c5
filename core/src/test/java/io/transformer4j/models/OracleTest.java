package io.transformer4j.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Logits, loss and gradients of checkpoints against those that Hugging Face computed. */
class OracleTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @ValueSource(strings = {"bert_mlm", "bert_mlm_sharded", "bert_pretraining", "gpt2", "gpt2_legacy"})
    void agreesWithHuggingFace(String name) {
        Path folder = SharedFiles.require("oracles/" + name);
        Path expectedFolder = SharedFiles.require("oracles/" + name.replaceAll("_(legacy|sharded)$", ""));
        JsonNode spec = JsonMapper.shared().readTree(expectedFolder.resolve("inputs.json"));
        try (PretrainedModel model = Models.load(folder, Devices.cpu());
                SafetensorsFile expected = SafetensorsFile.open(expectedFolder.resolve("expected.safetensors"))) {
            for (JsonNode spec1 : spec.get("cases")) {
                try (TensorScope scope = new TensorScope()) {
                    new Case(model, spec1, expected).check();
                }
            }
        }
    }

    private static final class Case {
        final PretrainedModel model;
        final SafetensorsFile expected;
        final String name;
        final JsonNode spec;
        final List<int[]> real = new ArrayList<>(); // [row, column] of the tokens that aren't padding
        final ModelInputs inputs;

        Case(PretrainedModel model, JsonNode spec, SafetensorsFile expected) {
            this.model = model;
            this.expected = expected;
            this.spec = spec;
            this.name = spec.get("name").asString();
            JsonNode ids = spec.get("input_ids");
            List<Integer> lengths = new ArrayList<>();
            List<Long> positions = new ArrayList<>();
            for (int row = 0; row < ids.size(); row++) {
                int length = 0;
                for (int column = 0; column < ids.get(row).size(); column++) {
                    if (!spec.has("attention_mask")
                            || spec.get("attention_mask").get(row).get(column).asInt() == 1) {
                        real.add(new int[] {row, column});
                        // BERT counts positions from the first column, GPT-2's generation from the first token
                        positions.add(
                                spec.has("position_ids")
                                        ? spec.get("position_ids")
                                                .get(row)
                                                .get(column)
                                                .asLong()
                                        : column);
                        length++;
                    }
                }
                lengths.add(length);
            }
            SequenceLayout layout =
                    SequenceLayout.of(lengths.stream().mapToInt(i -> i).toArray());
            inputs = ModelInputs.of(
                    values("input_ids"),
                    spec.has("token_type_ids") ? values("token_type_ids") : new long[real.size()],
                    positions.stream().mapToLong(l -> l).toArray(),
                    layout,
                    Devices.cpu());
        }

        long[] values(String key) {
            return real.stream()
                    .mapToLong(at -> spec.get(key).get(at[0]).get(at[1]).asLong())
                    .toArray();
        }

        void check() {
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            long[] labels = values("labels");
            long[] next = {};
            if (model instanceof BertForMaskedLM bert) {
                outputs.put("logits", bert.forward(inputs));
            } else if (model instanceof BertForPreTraining bert) {
                BertForPreTraining.Output output = bert.forward(inputs);
                outputs.put("prediction_logits", output.predictionLogits());
                outputs.put("seq_relationship_logits", output.seqRelationshipLogits());
                next = LongStream.range(0, spec.get("next_sentence_label").size())
                        .map(i -> spec.get("next_sentence_label").get((int) i).asLong())
                        .toArray();
            } else if (model instanceof GPT2LMHeadModel gpt2) {
                outputs.put("logits", gpt2.forward(inputs));
                labels = shifted(labels);
            }
            outputs.forEach((key, value) -> assertClose(
                    key, value, key.startsWith("seq") ? expectedTensor(key) : realRows(expectedTensor(key))));

            TrainableModel.Targets targets = new TrainableModel.Targets(labels, next);
            TrainableModel.Totals totals = new TrainableModel.Totals(
                    targets.labelledIds().length, inputs.layout().batchSize());
            Tensor loss = ((TrainableModel) model).loss(inputs, targets, totals).total();
            assertThat(loss.item_double())
                    .as(name + " loss")
                    .isCloseTo(
                            expectedTensor("loss").item_double(),
                            org.assertj.core.data.Percentage.withPercentage(0.01));
            loss.backward();
            checkGradients();
        }

        private long[] shifted(long[] labels) {
            long[] result = new long[labels.length];
            Arrays.fill(result, TrainableModel.Targets.IGNORED);
            for (int i = 0; i + 1 < labels.length; i++) {
                if (real.get(i)[0] == real.get(i + 1)[0]) {
                    result[i] = labels[i + 1];
                }
            }
            return result;
        }

        private void checkGradients() {
            Map<String, Tensor> own = new LinkedHashMap<>();
            model.namedParameters().forEach((key, parameter) -> parameter.grad().ifPresent(grad -> own.put(key, grad)));
            Map<String, Tensor> gradients = model.weightMap().toCheckpoint(own);
            double global = Math.sqrt(gradients.values().stream()
                    .mapToDouble(g -> Math.pow(g.norm().item_double(), 2))
                    .sum());
            int compared = 0;
            for (String key : expected.names()) {
                String prefix = name + "/gradnorm/";
                if (key.startsWith(prefix)) {
                    String parameter = key.substring(prefix.length());
                    double norm = gradients.get(parameter).norm().item_double();
                    double reference = expected.tensor(key).item_double();
                    assertThat(norm)
                            .as(key)
                            .isCloseTo(
                                    reference,
                                    org.assertj.core.data.Offset.offset(TOLERANCE * reference + 1e-6 * global));
                    Tensor slice = expected.tensor(name + "/gradslice/" + parameter);
                    Tensor flat = gradients.get(parameter).contiguous().view(-1);
                    for (long i = 0; i < slice.numel(); i++) {
                        double ours =
                                flat.select(0, i * flat.numel() / slice.numel()).item_double();
                        assertThat(ours)
                                .as(key + " element " + i)
                                .isCloseTo(
                                        slice.select(0, i).item_double(),
                                        org.assertj.core.data.Offset.offset(1e-3 * Math.abs(ours) + 1e-6 * global));
                    }
                    compared++;
                }
            }
            assertThat(compared).isEqualTo(gradients.size()).isGreaterThan(10);
            model.namedParameters().values().forEach(io.transformer4j.nn.Parameter::clearGrad);
        }

        private Tensor expectedTensor(String key) {
            return expected.tensor(name + "/" + key);
        }

        /** [batch, length, size] -> [tokens, size]. */
        private Tensor realRows(Tensor padded) {
            long[] index = real.stream()
                    .mapToLong(at -> at[0] * padded.size(1) + at[1])
                    .toArray();
            return padded.reshape(-1, padded.size(2)).index_select(0, Tensor.create(index));
        }

        private void assertClose(String key, Tensor actual, Tensor reference) {
            double scale = reference.abs().max().item_double();
            double difference = actual.sub(reference).abs().max().item_double();
            assertThat(difference)
                    .as(name + "/" + key + " max |difference| of max |value| " + scale)
                    .isLessThanOrEqualTo(TOLERANCE * scale);
        }
    }
}
