package io.transformer4j.models.auto;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Another kernel for a trained model, and more positions, which are copies of the learned ones, as many times as needed
 * (Beltagy et al. 2020, §5): local patterns of positions, which most heads have learned, go on as they were. The result goes
 * on from there by pre-training or fine-tuning.
 */
public final class AttentionConversion {
    private static final String TYPE = "attention_type";
    private static final String POSITIONS = "embeddings.position.weight";
    /** What families call the number of their positions. */
    private static final List<String> POSITION_KEYS = List.of("max_position_embeddings", "n_positions");

    private AttentionConversion() {}

    /**
     * A copy of {@code model} with another kernel.
     *
     * @param to its kernel
     * @param options settings of the kernel, as in {@link AttentionOptions#read}; empty for the defaults
     * @param maxLength longest input in tokens, at least that of {@code model}
     * @param seed of weights that only the new kernel has (linformer)
     * @return a model of the same class, to be closed by the caller
     * @throws IllegalArgumentException if the model's kernel can't be chosen, or {@code maxLength} is too small
     */
    public static PretrainedModel convert(
            PretrainedModel model, AttentionType to, Map<String, Object> options, int maxLength, long seed) {
        PretrainedConfig config = model.config();
        Map<String, Object> tree = new LinkedHashMap<>(ConfigJson.tree(config));
        check(
                Arrays.stream(AttentionType.values())
                        .anyMatch(type -> type.configName().equals(tree.get(TYPE))),
                "a %s has no choice of kernels: convert a model whose attention_type is one of them, such as a bert",
                config.modelType());
        check(
                maxLength >= config.maxInputLength(),
                "the new length (%d) must not be smaller than the old one (%d)",
                maxLength,
                config.maxInputLength());
        int unused = config.maxPositionEmbeddings() - config.maxInputLength();
        tree.put(TYPE, to.configName());
        if (options.isEmpty()) {
            tree.remove(AttentionOptions.KEY);
        } else {
            tree.put(AttentionOptions.KEY, options);
        }
        String key = POSITION_KEYS.stream()
                .filter(tree::containsKey)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("a " + config.modelType() + " has no table of positions"));
        tree.put(key, maxLength + unused);
        PretrainedModel converted = Models.build(tree, model.architecture(), Path.of(Models.CONFIG_NAME));
        boolean whole = model.withoutOptionalParts().numParameters() < model.numParameters();
        return filled(whole ? converted : converted.withoutOptionalParts(), model, unused, seed);
    }

    private static PretrainedModel filled(PretrainedModel converted, PretrainedModel from, int unused, long seed) {
        Map<String, Parameter> old = from.namedParameters();
        Device device = from.device();
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            converted.initializeWeights(seed, device);
            converted.namedParameters().forEach((name, parameter) -> {
                Parameter source = old.get(name);
                if (source != null && name.endsWith(POSITIONS)) {
                    parameter.take(repeated(source.tensor().detach(), parameter.shape()[0], unused));
                } else if (source != null) {
                    parameter.take(source.tensor().detach().clone());
                }
            });
        }
        return converted;
    }

    /**
     * {@code rows} rows: the first {@code unused}, which no token has (RoBERTa's before and at the padding's), once, then the
     * others again and again.
     */
    private static Tensor repeated(Tensor table, long rows, int unused) {
        Tensor used = table.narrow(0, unused, table.size(0) - unused);
        long times = (rows - unused + used.size(0) - 1) / used.size(0);
        Tensor copies = used.repeat(times, 1).narrow(0, 0, rows - unused);
        return torch.cat(new TensorVector(table.narrow(0, 0, unused), copies));
    }
}
