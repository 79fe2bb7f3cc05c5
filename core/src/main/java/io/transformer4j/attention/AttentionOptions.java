package io.transformer4j.attention;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Settings of the kernels that have some, for one layer. In {@code config.json} they stand under {@value #KEY}, in
 * snake_case, beside {@code attention_type}; absent ones have their defaults.
 *
 * @param layer number of the layer, from 0
 * @param maxLength longest sequence, which Linformer's projections are made for
 * @param window sliding_window: keys on both sides of a query together; even
 * @param dilation sliding_window: distance between the keys that are seen
 * @param globalTokens sliding_window: how many tokens at the start of a sequence are global if the inputs don't say which
 * @param globalProjections sliding_window: whether global tokens have queries, keys and values of their own (Longformer)
 * @param blockSize big_bird: tokens in a block
 * @param numRandomBlocks big_bird: random blocks that each block sees
 * @param huggingFaceBlocks big_bird: whether the pattern is exactly that of HF's model
 * @param globalBlocks big_bird: global blocks at the start
 * @param globalBlocksAtEnd big_bird: global blocks at the end; 0 for the extended construction (ETC)
 * @param seed big_bird and performer: of what is random, together with the layer
 * @param projectionSize linformer: number of mixtures {@code k}
 * @param projectionPerHead linformer: whether each head has its own projections
 * @param sharedProjection linformer: whether values are mixed as keys are
 * @param numFeatures performer: number of random features
 * @param redrawFeatures performer: whether each training pass draws new ones
 */
@RecordBuilder
public record AttentionOptions(
        int layer,
        int maxLength,
        int window,
        int dilation,
        int globalTokens,
        boolean globalProjections,
        int blockSize,
        int numRandomBlocks,
        boolean huggingFaceBlocks,
        int globalBlocks,
        int globalBlocksAtEnd,
        long seed,
        int projectionSize,
        boolean projectionPerHead,
        boolean sharedProjection,
        int numFeatures,
        boolean redrawFeatures)
        implements AttentionOptionsBuilder.With {

    /** Key in {@code config.json}. */
    public static final String KEY = "attention_options";

    /** The defaults of the papers or of HF. */
    public static final AttentionOptions DEFAULTS =
            new AttentionOptions(0, 512, 512, 1, 1, false, 64, 3, false, 1, 1, 0, 256, false, false, 256, true);

    private static final Set<String> KEYS = Set.of(
            "window",
            "dilation",
            "global_tokens",
            "block_size",
            "num_random_blocks",
            "global_blocks",
            "global_blocks_at_end",
            "seed",
            "projection_size",
            "projection_per_head",
            "shared_projection",
            "num_features",
            "redraw_features");

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public AttentionOptions {
        check(window >= 0 && window % 2 == 0, "window", window, "an even number, half of it on either side");
        check(dilation >= 1, "dilation", dilation, "at least 1");
        check(globalTokens >= 0, "global_tokens", globalTokens, "0 or more");
        check(blockSize >= 1, "block_size", blockSize, "at least 1");
        check(numRandomBlocks >= 0, "num_random_blocks", numRandomBlocks, "0 or more");
        check(projectionSize >= 1, "projection_size", projectionSize, "at least 1");
        check(numFeatures >= 1, "num_features", numFeatures, "at least 1");
    }

    private static void check(boolean holds, String key, int value, String required) {
        if (!holds) {
            throw new IllegalArgumentException(KEY + "." + key + " must be " + required + ", but is " + value);
        }
    }

    /**
     * What a configuration says about a layer. {@code window} and {@code dilation} may be lists with a value per layer.
     *
     * @param config a configuration's keys beside those it knows
     * @throws IllegalArgumentException if a key isn't known or has a value of another kind
     */
    public static AttentionOptions read(Map<String, Object> config, int layer, int maxLength) {
        Object given = config.get(KEY);
        if (given == null) {
            return DEFAULTS.with(o -> o.layer(layer).maxLength(maxLength));
        }
        if (!(given instanceof Map<?, ?> options)) {
            throw new IllegalArgumentException(KEY + " must be an object, but is " + given);
        }
        options.keySet().forEach(key -> {
            if (!KEYS.contains(key)) {
                throw new IllegalArgumentException(
                        KEY + " has the unknown key " + key + ": known are " + String.join(", ", KEYS));
            }
        });
        AttentionOptions d = DEFAULTS;
        return d.with(o -> o.layer(layer)
                .maxLength(maxLength)
                .window(number(options, "window", d.window(), layer))
                .dilation(number(options, "dilation", d.dilation(), layer))
                .globalTokens(number(options, "global_tokens", d.globalTokens(), layer))
                .blockSize(number(options, "block_size", d.blockSize(), layer))
                .numRandomBlocks(number(options, "num_random_blocks", d.numRandomBlocks(), layer))
                .globalBlocks(number(options, "global_blocks", d.globalBlocks(), layer))
                .globalBlocksAtEnd(number(options, "global_blocks_at_end", d.globalBlocksAtEnd(), layer))
                .seed(number(options, "seed", 0, layer))
                .projectionSize(number(options, "projection_size", d.projectionSize(), layer))
                .projectionPerHead(flag(options, "projection_per_head", d.projectionPerHead()))
                .sharedProjection(flag(options, "shared_projection", d.sharedProjection()))
                .numFeatures(number(options, "num_features", d.numFeatures(), layer))
                .redrawFeatures(flag(options, "redraw_features", d.redrawFeatures())));
    }

    /** As {@link #read}, for causal layers, in which no token is global unless the configuration says so. */
    public static AttentionOptions readCausal(Map<String, Object> config, int layer, int maxLength) {
        AttentionOptions options = read(config, layer, maxLength);
        boolean given = config.get(KEY) instanceof Map<?, ?> own && own.containsKey("global_tokens");
        return given ? options : options.withGlobalTokens(0);
    }

    private static int number(Map<?, ?> options, String key, int otherwise, int layer) {
        Object value = options.get(key);
        Object own = value instanceof List<?> list && layer < list.size() ? list.get(layer) : value;
        if (own == null) {
            return otherwise;
        }
        if (own instanceof Integer number) {
            return number;
        }
        throw new IllegalArgumentException(
                KEY + "." + key + " must be an integer, or a list of one per layer, but is " + value);
    }

    private static boolean flag(Map<?, ?> options, String key, boolean otherwise) {
        Object value = options.get(key);
        if (value == null || value instanceof Boolean) {
            return value == null ? otherwise : (Boolean) value;
        }
        throw new IllegalArgumentException(KEY + "." + key + " must be true or false, but is " + value);
    }

    /**
     * The kernel of a layer with these options; a linformer is a module whose weights have no values yet.
     *
     * @param scale factor of the scores
     */
    public Attention create(AttentionType type, double scale, Dropout dropout, int heads) {
        return switch (type) {
            case FULL -> new ExactAttention(scale, dropout);
            case FLASH -> new FlashAttention(scale, dropout);
            case SLIDING_WINDOW -> new SlidingWindowAttention(scale, dropout, window / 2, dilation);
            case BIG_BIRD -> new BigBirdAttention(scale, dropout, blockSize, blocks(dropout), shortest());
            case LINFORMER ->
                new LinformerAttention(scale, dropout, projection(heads), sharedProjection ? null : projection(heads));
            case PERFORMER -> new PerformerAttention(scale, dropout, numFeatures, seed + layer, redrawFeatures);
        };
    }

    /** HF's model sees everything in sequences that are no longer than its pattern. */
    private int shortest() {
        return huggingFaceBlocks ? (5 + 2 * numRandomBlocks) * blockSize : 0;
    }

    private BlockPattern blocks(Dropout dropout) {
        return huggingFaceBlocks
                ? new HuggingFaceBlocks(layer, blockSize, numRandomBlocks, maxLength, dropout::isTraining)
                : BlockPattern.sparse(globalBlocks, globalBlocksAtEnd, numRandomBlocks, seed + layer);
    }

    /** Entries of N(0, 1/k), as random projections have (Wang et al. 2020, theorem 1). */
    private Parameter projection(int heads) {
        Initializer initializer = Initializer.normal(1 / Math.sqrt((double) projectionSize));
        return projectionPerHead
                ? new Parameter(initializer, heads, projectionSize, maxLength)
                : new Parameter(initializer, projectionSize, maxLength);
    }

    /** Global tokens of {@code run} that stand at the start of each sequence. */
    GlobalTokens defaultGlobalTokens(SequenceLayout.Run run) {
        int count = Math.min(globalTokens, run.length());
        return GlobalTokens.everywhere(
                run.sequences(), IntStream.range(0, count).toArray());
    }
}
