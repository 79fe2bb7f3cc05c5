package io.transformer4j.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses whose last layer computes a few tokens only have the value and gradients of those that compute all. */
class LastLayerTest {
    private static final Map<String, Object> SIZES = Map.of(
            "hidden_size",
            16,
            "num_hidden_layers",
            2,
            "num_attention_heads",
            2,
            "intermediate_size",
            32,
            "vocab_size",
            20);
    private static final Map<String, Object> DISTILBERT =
            Map.of("dim", 16, "n_layers", 2, "n_heads", 2, "hidden_dim", 32, "vocab_size", 20);

    private static final List<int[]> SEQUENCES =
            List.of(new int[] {2, 5, 9, 4, 3}, new int[] {2, 7, 3}, new int[] {2, 8, 6, 1, 3}, new int[] {2, 3});
    private static final long NONE = Targets.IGNORED;
    private static final long[] LABELS = {NONE, 7, 4, NONE, NONE, NONE, NONE, NONE, 2, NONE, NONE, 9, NONE, NONE, 3};
    private static final long[] NEXT = {0, 1, 1, 0};

    @ParameterizedTest
    @CsvSource({
        "bert, BertForMaskedLM, full",
        "bert, BertForMaskedLM, flash",
        "roberta, RobertaForMaskedLM, flash",
        "longformer, LongformerForMaskedLM, sliding_window",
        "big_bird, BigBirdForMaskedLM, big_bird",
        "distilbert, DistilBertForMaskedLM, flash",
    })
    void maskedTokens(String family, String architecture, String attention) {
        try (TensorScope scope = new TensorScope();
                EncoderForMaskedLM<?> model = (EncoderForMaskedLM<?>) build(family, architecture, attention)) {
            ModelInputs inputs = ModelInputs.of(SEQUENCES, Devices.cpu());
            Targets targets = Targets.ofTokens(LABELS);
            assertSame(
                    model,
                    model.loss(inputs, targets, Totals.of(List.of(targets), NEXT.length))
                            .total(),
                    meanLoss(model.forward(inputs), LABELS));
        }
    }

    @Test
    void maskedTokensAndNextSentence() {
        try (TensorScope scope = new TensorScope();
                BertForPreTraining model = (BertForPreTraining) build("bert", "BertForPreTraining", "flash")) {
            ModelInputs inputs = ModelInputs.of(SEQUENCES, Devices.cpu());
            Targets targets = Targets.ofTokens(LABELS, NEXT);
            EncoderForPreTraining.Output output = model.forward(inputs);
            assertSame(
                    model,
                    model.loss(inputs, targets, Totals.of(List.of(targets), NEXT.length))
                            .total(),
                    meanLoss(output.predictionLogits(), LABELS).add(meanLoss(output.seqRelationshipLogits(), NEXT)));
        }
    }

    @ParameterizedTest
    @CsvSource({"bert, BertForSequenceClassification", "distilbert, DistilBertForSequenceClassification"})
    void firstTokens(String family, String architecture) {
        try (TensorScope scope = new TensorScope();
                EncoderForSequenceClassification<?> model =
                        (EncoderForSequenceClassification<?>) build(family, architecture, "flash")) {
            ModelInputs inputs = ModelInputs.of(SEQUENCES, Devices.cpu());
            Targets targets = Targets.ofSequences(NEXT);
            assertSame(
                    model,
                    model.loss(inputs, targets, Totals.of(List.of(targets), NEXT.length))
                            .total(),
                    meanLoss(model.outputs(inputs).get("logits"), NEXT));
        }
    }

    /** A worker's part of a batch may have no label. */
    @Test
    void aPartWithoutLabels() {
        try (TensorScope scope = new TensorScope();
                TrainableModel model = build("bert", "BertForMaskedLM", "flash")) {
            long[] labels = new long[LABELS.length];
            Arrays.fill(labels, NONE);
            Targets targets = Targets.ofTokens(labels);
            Tensor loss = model.loss(ModelInputs.of(SEQUENCES, Devices.cpu()), targets, new Totals(5, 8, 0, 0, 0))
                    .total();
            assertThat(loss.item_double()).isZero();
            gradients(model, loss)
                    .forEach((name, gradient) -> assertThat(gradient.abs().max().item_double())
                            .as(name)
                            .isZero());
        }
    }

    private static TrainableModel build(String family, String architecture, String attention) {
        Map<String, Object> tree = new HashMap<>("distilbert".equals(family) ? DISTILBERT : SIZES);
        tree.put("model_type", family);
        tree.put("attention_type", "big_bird".equals(family) ? "block_sparse" : attention);
        tree.put("initializer_range", 0.3);
        if ("longformer".equals(family)) {
            tree.put("attention_window", 4);
            tree.remove("attention_type");
        } else if ("big_bird".equals(family)) {
            tree.put("block_size", 2);
            tree.put("num_random_blocks", 1);
        }
        TrainableModel model = (TrainableModel) Models.build(tree, architecture, Path.of("tiny.json"));
        model.initializeWeights(7, Devices.cpu());
        return model;
    }

    private static Tensor meanLoss(Tensor logits, long[] labels) {
        return torch.cross_entropy_loss(
                logits, Tensor.create(labels), new TensorOptional(), torch.Reduction.Mean.value, NONE, 0);
    }

    private static void assertSame(TrainableModel model, Tensor actual, Tensor expected) {
        assertThat(actual.item_double()).isCloseTo(expected.item_double(), within(1e-5));
        Map<String, Tensor> all = gradients(model, expected);
        Map<String, Tensor> few = gradients(model, actual);
        assertThat(few.keySet()).isEqualTo(all.keySet());
        all.forEach((name, gradient) -> assertThat(
                        few.get(name).sub(gradient).abs().max().item_double())
                .as(name + " max |difference|")
                .isLessThanOrEqualTo(1e-5 * Math.max(1, gradient.abs().max().item_double())));
    }

    private static Map<String, Tensor> gradients(TrainableModel model, Tensor loss) {
        loss.backward();
        Map<String, Tensor> all = new LinkedHashMap<>();
        model.namedParameters().forEach((name, parameter) -> {
            parameter.grad().ifPresent(gradient -> all.put(name, gradient.clone()));
            parameter.clearGrad();
        });
        return all;
    }
}
