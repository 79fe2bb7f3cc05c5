package io.transformer4j.cli;

import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains an encoder–decoder: a new one of a given size, one of a file, or a saved one. */
public final class Seq2SeqArchitectureOptions {
    /** Families that can be built by size. */
    private enum Family {
        TRANSFORMER,
        MARIAN,
        BART
    }

    private static final int BEAMS = 5;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Go on with the weights and tokenizers of this model (folder or id of the hub) instead of new"
                    + " ones.")
    private @Nullable String model;

    @Option(
            names = "--model-config",
            paramLabel = "config.json",
            description = "Take the architecture from this file instead of the sizes below.")
    private @Nullable Path modelConfig;

    @Option(
            names = "--family",
            paramLabel = "NAME",
            defaultValue = "transformer",
            description = "transformer (Vaswani et al. 2017), marian or bart (default: ${DEFAULT-VALUE}).")
    private Family family = Family.TRANSFORMER;

    @Option(
            names = "--d-model",
            paramLabel = "N",
            defaultValue = "256",
            description = "Width of the hidden states (default: ${DEFAULT-VALUE}).")
    private long dModel;

    @Option(
            names = "--encoder-layers",
            paramLabel = "N",
            defaultValue = "4",
            description = "Layers of the encoder (default: ${DEFAULT-VALUE}).")
    private int encoderLayers;

    @Option(
            names = "--decoder-layers",
            paramLabel = "N",
            defaultValue = "4",
            description = "Layers of the decoder (default: ${DEFAULT-VALUE}).")
    private int decoderLayers;

    @Option(
            names = "--heads",
            paramLabel = "N",
            defaultValue = "4",
            description = "Attention heads (default: ${DEFAULT-VALUE}).")
    private int heads;

    @Option(
            names = "--ffn-dim",
            paramLabel = "N",
            description = "Width of the feed-forward networks (default: 4 x the width).")
    private @Nullable Long ffnDim;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            defaultValue = "relu",
            description = "relu, gelu, gelu_new or silu (default: ${DEFAULT-VALUE}).")
    private String activation = "relu";

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0.1",
            description = "Dropout of embeddings and of each sublayer's result (default: ${DEFAULT-VALUE}).")
    private double dropout;

    @Option(
            names = "--attention-dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Dropout of attention weights (default: ${DEFAULT-VALUE}).")
    private double attentionDropout;

    @Option(
            names = "--activation-dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Dropout behind the activation (default: ${DEFAULT-VALUE}).")
    private double activationDropout;

    @Option(
            names = "--pre-norm",
            description = "transformer: normalize the input of each sublayer, not the sum after it.")
    private boolean preNorm;

    @Option(
            names = "--positions",
            paramLabel = "KIND",
            defaultValue = "sinusoidal",
            description = "transformer: sinusoidal or learned (default: ${DEFAULT-VALUE}).")
    private String positions = "sinusoidal";

    @Option(
            names = "--max-length",
            paramLabel = "N",
            defaultValue = "256",
            description = "Most tokens of a text; longer ones are cut (default: ${DEFAULT-VALUE}).")
    private int maxLength;

    /** The folder of a model to go on with, which has tokenizers too. */
    Optional<Path> model() {
        return Optional.ofNullable(model).map(ModelNames::resolve);
    }

    /**
     * The model to train, with weights.
     *
     * @throws IllegalArgumentException if sizes contradict each other, or model and tokenizers don't belong together
     */
    EncoderDecoderModel<?> open(Seq2SeqTokenizers tokenizers, Device device, long seed) {
        PretrainedModel opened;
        if (model != null) {
            opened = Models.load(ModelNames.resolve(model), device);
        } else {
            Map<String, Object> tree = modelConfig == null ? sizes(tokenizers) : ConfigJson.readTree(modelConfig);
            opened = Models.build(tree, architecture(tree), modelConfig == null ? Path.of("options") : modelConfig);
            opened.initializeWeights(seed, device);
        }
        if (!(opened instanceof EncoderDecoderModel<?> fitting)) {
            opened.close();
            throw new IllegalArgumentException(
                    "pairs of texts need an encoder–decoder model, but this is a " + opened.architecture());
        }
        tokenizers.checkFits(fitting.config());
        if (fitting.generationConfig().isEmpty()) {
            fitting.setGenerationConfig(generation(fitting.config()));
        }
        return fitting;
    }

    /** Beam search as is usual for translation, over all positions. */
    private static Map<String, Object> generation(Seq2SeqConfig config) {
        Map<String, Object> generation = new LinkedHashMap<>();
        generation.put("decoder_start_token_id", config.decoderStartTokenId());
        generation.put("eos_token_id", config.eosTokenId());
        generation.put("max_new_tokens", Math.max(1, config.maxInputLength() - 1));
        generation.put("num_beams", BEAMS);
        generation.put("early_stopping", true);
        return generation;
    }

    private static String architecture(Map<String, Object> tree) {
        return switch (String.valueOf(tree.get("model_type"))) {
            case "marian" -> "MarianMTModel";
            case "bart" -> "BartForConditionalGeneration";
            default -> "TransformerForConditionalGeneration";
        };
    }

    private Map<String, Object> sizes(Seq2SeqTokenizers tokenizers) {
        int pad = tokenizers.target().padTokenId().orElse(0);
        int eos = tokenizers
                .target()
                .eosTokenId()
                .orElseGet(() -> tokenizers.target().sepTokenId().orElse(0));
        int start = tokenizers
                .target()
                .bosTokenId()
                .orElseGet(() -> tokenizers.target().clsTokenId().orElse(pad));
        long width = ffnDim == null ? 4 * dModel : ffnDim;
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("d_model", dModel);
        config.put("dropout", dropout);
        config.put("attention_dropout", attentionDropout);
        config.put("activation_dropout", activationDropout);
        config.put("max_position_embeddings", maxLength);
        config.put("decoder_start_token_id", start);
        config.put("eos_token_id", eos);
        if (family == Family.TRANSFORMER) {
            config.put("model_type", "transformer_2017");
            config.put("src_vocab", tokenizers.source().vocabSize());
            config.put("tgt_vocab", tokenizers.target().vocabSize());
            config.put("share_embeddings", tokenizers.joint());
            config.put("tie_tgt_generator", true);
            config.put("nhead", heads);
            config.put("num_encoder_layers", encoderLayers);
            config.put("num_decoder_layers", decoderLayers);
            config.put("dim_feedforward", width);
            config.put("activation", activation);
            config.put("norm_first", preNorm);
            config.put("final_norms", preNorm);
            config.put("position_embedding_type", positions);
            config.put("pad", pad);
            return config;
        }
        config.put("model_type", family.name().toLowerCase(Locale.ROOT));
        config.put("vocab_size", tokenizers.source().vocabSize());
        config.put("encoder_layers", encoderLayers);
        config.put("decoder_layers", decoderLayers);
        config.put("encoder_attention_heads", heads);
        config.put("decoder_attention_heads", heads);
        config.put("encoder_ffn_dim", width);
        config.put("decoder_ffn_dim", width);
        config.put("activation_function", activation);
        config.put("init_std", 1 / Math.sqrt((double) dModel));
        config.put("scale_embedding", true);
        config.put("pad_token_id", pad);
        config.put("forced_eos_token_id", eos);
        if (family == Family.MARIAN) {
            config.put("decoder_vocab_size", tokenizers.target().vocabSize());
            config.put("share_encoder_decoder_embeddings", tokenizers.joint());
        }
        return config;
    }
}
