package io.transformer4j.cli;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains a model: a new one of a given size, one of a {@code config.json}, or a saved one. */
public final class ArchitectureOptions {
    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Go on with the weights of this model (folder or id of the hub) instead of new ones.")
    private @Nullable String model;

    @Option(
            names = "--model-config",
            paramLabel = "config.json",
            description = "Take the architecture from this file instead of the sizes below.")
    private @Nullable Path modelConfig;

    @Option(
            names = "--hidden-size",
            paramLabel = "N",
            defaultValue = "256",
            description = "Width of the hidden states (default: ${DEFAULT-VALUE}).")
    private long hiddenSize;

    @Option(
            names = "--num-hidden-layers",
            paramLabel = "N",
            defaultValue = "4",
            description = "Layers (default: ${DEFAULT-VALUE}).")
    private int numHiddenLayers;

    @Option(
            names = "--num-attention-heads",
            paramLabel = "N",
            defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int numAttentionHeads;

    @Option(
            names = "--intermediate-size",
            paramLabel = "N",
            description = "Width of the feed-forward networks (default: 4 x the hidden size).")
    private @Nullable Long intermediateSize;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0.1",
            description = "Dropout of hidden states and attention weights (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(
            names = "--initializer-range",
            paramLabel = "R",
            defaultValue = "0.02",
            description = "Standard deviation of new weights (default: ${DEFAULT-VALUE}, right for widths near 768;"
                    + " a narrow model starts faster with about 1/sqrt(width)).")
    private double initializerRange;

    @Option(
            names = "--attention-type",
            paramLabel = "TYPE",
            defaultValue = "flash",
            description = "Attention kernel: full, flash, sliding_window, big_bird, linformer or performer; settings in"
                    + " config.json (default: ${DEFAULT-VALUE}).")
    private String attentionType = "flash";

    /**
     * The model to train, with weights, in evaluation mode.
     *
     * @param maxLength longest sequence that it must take
     * @throws IllegalArgumentException if sizes contradict each other, or the model can't learn the objective
     */
    TrainableModel open(Objective objective, Tokenizer tokenizer, int maxLength, Device device, long seed) {
        String architecture = switch (objective) {
            case MLM -> "BertForMaskedLM";
            case MLM_NSP -> "BertForPreTraining";
            case CLM -> "GPT2LMHeadModel";
        };
        PretrainedModel opened;
        if (model != null) {
            opened = Models.load(ModelNames.resolve(model), device);
        } else if (modelConfig != null) {
            opened = Models.build(ConfigJson.readTree(modelConfig), architecture, modelConfig);
            opened.initializeWeights(seed, device);
        } else {
            opened = Models.build(sizes(objective, tokenizer, maxLength), architecture, Path.of("options"));
            opened.initializeWeights(seed, device);
        }
        return trainable(opened, architecture, tokenizer);
    }

    private static TrainableModel trainable(PretrainedModel model, String architecture, Tokenizer tokenizer) {
        if (!model.architecture().equals(architecture)) {
            throw new IllegalArgumentException(
                    "this objective trains a " + architecture + ", but the model is a " + model.architecture());
        }
        if (model.config().vocabSize() < tokenizer.vocabSize()) {
            throw new IllegalArgumentException("the tokenizer has " + tokenizer.vocabSize()
                    + " tokens, but the model only " + model.config().vocabSize() + ": they don't belong together");
        }
        return (TrainableModel) model;
    }

    private Map<String, Object> sizes(Objective objective, Tokenizer tokenizer, int maxLength) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("vocab_size", tokenizer.vocabSize());
        config.put("attention_type", attentionType);
        config.put("initializer_range", initializerRange);
        if (objective == Objective.CLM) {
            config.put("model_type", "gpt2");
            config.put("n_positions", maxLength);
            config.put("n_embd", hiddenSize);
            config.put("n_layer", numHiddenLayers);
            config.put("n_head", numAttentionHeads);
            config.put("n_inner", intermediateSize);
            config.put("resid_pdrop", dropout);
            config.put("embd_pdrop", dropout);
            config.put("attn_pdrop", dropout);
            config.put("eos_token_id", boxed(tokenizer.eosTokenId()));
            config.put("bos_token_id", boxed(tokenizer.bosTokenId()));
        } else {
            config.put("model_type", "bert");
            config.put("max_position_embeddings", maxLength);
            config.put("hidden_size", hiddenSize);
            config.put("num_hidden_layers", numHiddenLayers);
            config.put("num_attention_heads", numAttentionHeads);
            config.put("intermediate_size", intermediateSize == null ? 4 * hiddenSize : intermediateSize);
            config.put("hidden_dropout_prob", dropout);
            config.put("attention_probs_dropout_prob", dropout);
            config.put("pad_token_id", tokenizer.padTokenId().orElse(0));
        }
        return config;
    }

    private static @Nullable Integer boxed(java.util.OptionalInt id) {
        return id.isPresent() ? id.getAsInt() : null;
    }
}
