package io.transformer4j.cli;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.LoraConfig;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains a model: a new one of a given size, one of a {@code config.json}, or a saved one. */
public final class ArchitectureOptions {
    private static final double NEW_RATE = 1e-3;
    private static final String MASKED = "ForMaskedLM";
    private static final String PRE_TRAINING = "ForPreTraining";

    private @Nullable Path base;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "Go on with the weights of this model (folder, built-in name or id of the hub) and its tokenizer"
                            + " instead of new ones, such as to adapt it to the language of a field.")
    private @Nullable String model;

    @Mixin
    final LoraOptions lora = new LoraOptions();

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

    /** Of what is trained by these options. */
    double defaultLearningRate() {
        return model == null ? NEW_RATE : lora.wanted() ? LoraOptions.LEARNING_RATE : FineTuneOptions.FINE_TUNE_RATE;
    }

    /** The folder of the model to go on with; empty if a new one is to be trained. */
    Optional<Path> base() {
        if (model == null) {
            PretrainedConfig.check(!lora.wanted(), "--lora adapts a pre-trained model: name it with --model");
            return Optional.empty();
        }
        if (base == null) {
            base = ModelNames.resolve(model);
        }
        return Optional.of(base);
    }

    /**
     * The model to train, with weights, in evaluation mode.
     *
     * @param maxLength longest sequence that it must take
     * @throws IllegalArgumentException if sizes contradict each other, or the model can't learn the objective
     */
    TrainableModel open(Objective objective, Tokenizer tokenizer, int maxLength, Device device, long seed) {
        Optional<Path> from = base();
        TrainableModel opened = from.isPresent()
                ? goOn(from.get(), objective, device, seed)
                : fresh(objective, tokenizer, maxLength, device, seed);
        try {
            PretrainedConfig.check(
                    opened.config().vocabSize() >= tokenizer.vocabSize(),
                    "the tokenizer has %d tokens, but the model only %d: they don't belong together",
                    tokenizer.vocabSize(),
                    opened.config().vocabSize());
            PretrainedConfig.check(
                    maxLength <= opened.config().maxInputLength(),
                    "--max-length is %d, but the model reads at most %d tokens",
                    maxLength,
                    opened.config().maxInputLength());
            from.ifPresent(folder -> adapt(opened, folder, seed));
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void adapt(TrainableModel opened, Path folder, long seed) {
        LoraConfig adapter = lora.config();
        if (adapter != null) {
            LoraAdapter.attach(
                    opened, adapter, folder.toAbsolutePath().normalize().toString(), false, seed);
        }
    }

    private TrainableModel fresh(Objective objective, Tokenizer tokenizer, int maxLength, Device device, long seed) {
        String architecture = switch (objective) {
            case MLM -> "BertForMaskedLM";
            case MLM_NSP -> "BertForPreTraining";
            case CLM -> "GPT2LMHeadModel";
        };
        PretrainedModel built = modelConfig != null
                ? Models.build(ConfigJson.readTree(modelConfig), architecture, modelConfig)
                : Models.build(sizes(objective, tokenizer, maxLength), architecture, Path.of("options"));
        built.initializeWeights(seed, device);
        return (TrainableModel) built;
    }

    /** Any family's model of the objective; heads other than a causal model's may be new, as encoders are often published without. */
    private static TrainableModel goOn(Path folder, Objective objective, Device device, long seed) {
        PretrainedModel opened = switch (objective) {
            case MLM -> withHead(MASKED, folder, device, seed);
            case MLM_NSP -> withHead(PRE_TRAINING, folder, device, seed);
            case CLM -> Models.load(folder, device);
        };
        boolean learns = switch (objective) {
            case MLM -> opened instanceof MaskedLanguageModel;
            case MLM_NSP -> true;
            case CLM -> opened instanceof CausalLanguageModel;
        };
        if (learns && opened instanceof TrainableModel trainable) {
            return trainable;
        }
        opened.close();
        throw new IllegalArgumentException(
                "the objective " + objective + " can't be learnt by a " + opened.architecture() + " (" + folder + ")");
    }

    private static PretrainedModel withHead(String head, Path folder, Device device, long seed) {
        Map<String, Object> tree = ConfigJson.readTree(folder.resolve(Models.CONFIG_NAME));
        boolean hasHead = tree.get("architectures") instanceof List<?> names
                && names.stream().anyMatch(name -> String.valueOf(name).endsWith(head));
        return hasHead ? Models.load(folder, device) : Models.loadWithNewHead(folder, tree, head, device, seed);
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
