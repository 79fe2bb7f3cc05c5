package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.llama.LlamaForCausalLM;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model whose weights stand in the file computes, trains and is saved as the one in memory from which the file was made. */
class StoredWeightsTest {
    private static final long[] IDS = {5, 6, 7, 8, 9, 10, 11};
    /** Large enough for most matrices to stay in the file. */
    private static final int SIZE = 512;

    @TempDir
    private Path temp;

    enum Shape {
        /** Query, key and value apart. */
        BERT {
            @Override
            TrainableModel build() {
                return new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(50)
                        .hiddenSize(SIZE)
                        .intermediateSize(2 * SIZE)
                        .numAttentionHeads(8)
                        .numHiddenLayers(2)));
            }
        },
        /** Transposed. */
        GPT2 {
            @Override
            TrainableModel build() {
                return new GPT2LMHeadModel(GPT2Config.SMALL.with(
                        c -> c.vocabSize(50).nEmbd(SIZE).nHead(8).nLayer(2)));
            }
        },
        /** Query, key and value apart, and the gate from what it opens; the former so small that they are put together. */
        LLAMA {
            @Override
            TrainableModel build() {
                return new LlamaForCausalLM(LlamaConfig.BASE.with(c -> c.vocabSize(50)
                        .hiddenSize(SIZE)
                        .intermediateSize(2 * SIZE)
                        .numAttentionHeads(8)
                        .numKeyValueHeads(2)
                        .numHiddenLayers(2)));
            }
        };

        abstract TrainableModel build();
    }

    @ParameterizedTest
    @EnumSource
    void computesTrainsAndIsSavedAsInMemory(Shape shape) throws IOException {
        try (TrainableModel original = shape.build()) {
            original.initializeWeights(11, Devices.cpu());
            Models.save(original, temp.resolve("a"));
            try (PretrainedModel model = Models.load(temp.resolve("a"), Devices.cpu());
                    TensorScope scope = new TensorScope()) {
                TrainableModel loaded = (TrainableModel) model;
                assertThat(logits(loaded).sub(logits(original)).abs().max().item_double())
                        .isLessThan(1e-5);
                assertThat(backward(loaded)).isEqualTo(backward(original));
                Map<String, Parameter> expected = original.namedParameters();
                loaded.namedParameters().forEach((name, parameter) -> {
                    assertThat(parameter.tensor().equal(expected.get(name).tensor()))
                            .as(name)
                            .isTrue();
                    assertThat(parameter.grad().map(Tensor::is_contiguous))
                            .as(name)
                            .hasValue(true);
                    assertThat(parameter
                                    .grad()
                                    .orElseThrow()
                                    .equal(expected.get(name).grad().orElseThrow()))
                            .as("gradient of " + name)
                            .isTrue();
                });
                Models.save(loaded, temp.resolve("b"));
            }
        }
        assertThat(Files.mismatch(
                        temp.resolve("a").resolve("model.safetensors"),
                        temp.resolve("b").resolve("model.safetensors")))
                .isEqualTo(-1);
    }

    private static Tensor logits(TrainableModel model) {
        try (NoGradGuard guard = new NoGradGuard()) {
            return model.outputs(inputs()).get("logits");
        }
    }

    private static double backward(TrainableModel model) {
        Tensor loss = model.loss(
                        inputs(),
                        TrainableModel.Targets.ofTokens(IDS),
                        new TrainableModel.Totals(IDS.length, 1, 0, 0, 0))
                .total();
        loss.backward();
        return loss.item_double();
    }

    private static ModelInputs inputs() {
        int[] ids = new int[IDS.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) IDS[i];
        }
        return ModelInputs.of(List.of(ids), Devices.cpu());
    }
}
