package io.transformer4j.profiling;

import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.encoder.EncoderForSequenceClassification;
import io.transformer4j.nn.Parameter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Parameters, arithmetic and memory of a model, from its shape alone: weights need not be loaded. Immutable.
 *
 * <p>Operations count a multiplication and an addition as two. Forward, per token: two for each weight of a matrix that
 * multiplies it, plus {@code 4 · n · hiddenSize} in each layer for scores and mixed values over {@code n} tokens; what a
 * causal mask saves is not credited. Look-ups, norms, activations and softmax aren't counted. Training takes
 * three times as many: the backward pass multiplies twice (Chowdhery et al. 2022, appendix B).
 */
public final class ModelSummary {
    private static final int FLOAT_BYTES = Float.BYTES;
    private static final int ADAMW_MOMENTS = 2;

    private final PretrainedConfig config;
    private final String architecture;
    private final Map<Part, Long> parameters = new EnumMap<>(Part.class);
    private final long multipliedWeights;

    /** A part of a model, with the names of its parameters. */
    public enum Part {
        /** Norms anywhere in the model. */
        NORMS("(.*\\.)?(norm|\\w+Norm)\\.(weight|bias)"),
        /** Tables of tokens, positions and types; the language-model head shares the first. */
        EMBEDDINGS("(.*\\.)?(embeddings\\..*|\\w+Embeddings\\.weight)"),
        ATTENTION("(.*\\.)?(attention|crossAttention)\\..*"),
        FEED_FORWARD("(.*\\.)?feedForward\\..*"),
        /** Whatever comes after the last layer, but for matrices that are shared with the embeddings. */
        HEAD(".*");

        private final Pattern names;

        Part(String names) {
            this.names = Pattern.compile(names);
        }

        static Part of(String name) {
            for (Part part : values()) {
                if (part.names.matcher(name).matches()) {
                    return part;
                }
            }
            throw new AssertionError("HEAD matches every name");
        }
    }

    private ModelSummary(PretrainedModel model) {
        config = model.config();
        architecture = model.architecture();
        boolean tiedHead = model instanceof CausalLanguageModel || model instanceof MaskedLanguageModel;
        long[] vocabulary = {config.vocabSize(), config.hiddenSize()};
        long weights = 0;
        for (Part part : Part.values()) {
            parameters.put(part, 0L);
        }
        for (Map.Entry<String, Parameter> entry : model.namedParameters().entrySet()) {
            Part part = Part.of(entry.getKey());
            parameters.merge(part, entry.getValue().numel(), Long::sum);
            boolean matrix = entry.getValue().shape().length == 2;
            tiedHead &= part != Part.HEAD || !Arrays.equals(entry.getValue().shape(), vocabulary);
            if (matrix && (part == Part.ATTENTION || part == Part.FEED_FORWARD || part == Part.HEAD)) {
                weights += actsOnEveryToken(model, entry.getKey())
                        ? entry.getValue().numel()
                        : 0;
            }
        }
        multipliedWeights = weights + (tiedHead ? config.vocabSize() * config.hiddenSize() : 0);
    }

    /** The pooler, the next-sentence head and the head of a sequence classifier see one token of a sequence. */
    private static boolean actsOnEveryToken(PretrainedModel model, String name) {
        return !name.contains("pooler.")
                && !name.contains("nextSentence.")
                && !(model instanceof EncoderForSequenceClassification && name.startsWith("head."));
    }

    /** Measures {@code model}. */
    public static ModelSummary of(PretrainedModel model) {
        return new ModelSummary(model);
    }

    /** HF's class name. */
    public String architecture() {
        return architecture;
    }

    /** The architecture's sizes. */
    public PretrainedConfig config() {
        return config;
    }

    /** All weights; tied ones count once. */
    public long parameters() {
        return parameters.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The weights of one part; those of all parts add up to {@link #parameters()}. */
    public long parameters(Part part) {
        return parameters.getOrDefault(part, 0L);
    }

    /** The weights without the tables of tokens, positions and types, as scaling laws count them. */
    public long parametersWithoutEmbeddings() {
        return parameters() - parameters(Part.EMBEDDINGS);
    }

    /**
     * Operations of a forward pass for each token, the vocabulary head at every token included. With an encoder and a decoder, for each
     * token of a source together with one of its target, which is as long.
     *
     * @param length tokens of the sequence
     */
    public double forwardFlopsPerToken(int length) {
        return 2.0 * multipliedWeights + TransformerShape.of(config).scoreFlopsOfAllLayers(length);
    }

    /** Operations of a forward and a backward pass for each token, without recomputation. */
    public double trainingFlopsPerToken(int length) {
        return 3 * forwardFlopsPerToken(length);
    }

    /** Bytes of the weights in float32. */
    public long weightBytes() {
        return FLOAT_BYTES * parameters();
    }

    /** Bytes of the gradients in float32. */
    public long gradientBytes() {
        return weightBytes();
    }

    /** Bytes of AdamW's two moments in float32. */
    public long adamWBytes() {
        return ADAMW_MOMENTS * weightBytes();
    }

    /**
     * Estimate of what a training pass keeps for its backward pass, in float32: for each token and layer eight rows of the
     * hidden size (both norms' inputs and outputs, queries, keys, values, mixed values) and two of the intermediate size
     * (before and after the activation). Attention weights and logits are not kept; dropout masks and buffers come on top.
     */
    public long activationBytes(int batchSize, int length) {
        long row = 8 * config.hiddenSize() + 2 * config.intermediateSize();
        return FLOAT_BYTES * row * config.numHiddenLayers() * batchSize * length;
    }

    /** Weights, gradients, optimizer and activations together. */
    public long trainingBytes(int batchSize, int length) {
        return weightBytes() + gradientBytes() + adamWBytes() + activationBytes(batchSize, length);
    }

    /** Bytes that the keys and values of one token take in a decoder's cache, in float32. */
    public long kvCacheBytesPerToken() {
        return 2L * FLOAT_BYTES * config.numHiddenLayers() * config.keyValueSize();
    }
}
