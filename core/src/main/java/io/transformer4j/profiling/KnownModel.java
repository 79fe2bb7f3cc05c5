package io.transformer4j.profiling;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Published shapes, each with its source. */
public enum KnownModel {
    BERT_BASE("bert-base", encoder(12, 768, 12, 30_522), 512, "Devlin et al. 2019, §3"),
    BERT_LARGE("bert-large", encoder(24, 1024, 16, 30_522), 512, "Devlin et al. 2019, §3"),
    GPT2_SMALL("gpt2", TransformerShape.decoder(12, 768, 12, 3072, 50_257), 1024, "Radford et al. 2019, table 2"),
    GPT2_XL("gpt2-xl", TransformerShape.decoder(48, 1600, 25, 6400, 50_257), 1024, "Radford et al. 2019, table 2"),
    GPT3_175B(
            "gpt3-175b",
            TransformerShape.decoder(96, 12_288, 96, 49_152, 50_257),
            2048,
            "Brown et al. 2020, table 2.1"),
    LLAMA_7B("llama-7b", llama(32, 4096, 32, 32, 11_008, 32_000), 2048, "Touvron et al. 2023a, table 2"),
    LLAMA_65B("llama-65b", llama(80, 8192, 64, 64, 22_016, 32_000), 2048, "Touvron et al. 2023a, table 2"),
    LLAMA2_70B("llama2-70b", llama(80, 8192, 64, 8, 28_672, 32_000), 4096, "Touvron et al. 2023b, §2.2"),
    LLAMA3_8B("llama3-8b", llama(32, 4096, 32, 8, 14_336, 128_256), 8192, "Grattafiori et al. 2024, table 3");

    private final String id;
    private final TransformerShape shape;
    private final int length;
    private final String source;

    KnownModel(String id, TransformerShape shape, int length, String source) {
        this.id = id;
        this.shape = shape;
        this.length = length;
        this.source = source;
    }

    private static TransformerShape encoder(int layers, long hiddenSize, int heads, long vocabSize) {
        return TransformerShape.decoder(layers, hiddenSize, heads, 4 * hiddenSize, vocabSize)
                .with(shape -> shape.encoderLayers(layers).decoderLayers(0).headTransform(true));
    }

    private static TransformerShape llama(
            int layers, long hiddenSize, int heads, int keyValueHeads, long intermediateSize, long vocabSize) {
        return TransformerShape.decoder(layers, hiddenSize, heads, intermediateSize, vocabSize)
                .with(shape -> shape.keyValueHeads(keyValueHeads).gated(true).tied(false));
    }

    /**
     * The model called {@code id}.
     *
     * @throws IllegalArgumentException if it isn't known
     */
    public static KnownModel of(String id) {
        return Arrays.stream(values())
                .filter(model -> model.id.equals(id.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown model '" + id + "': known are " + ids()));
    }

    /** All names. */
    public static String ids() {
        return Arrays.stream(values()).map(KnownModel::id).collect(Collectors.joining(", "));
    }

    /** Its name in commands. */
    public String id() {
        return id;
    }

    /** Its sizes. */
    public TransformerShape shape() {
        return shape;
    }

    /** Longest sequence it was trained with. */
    public int length() {
        return length;
    }

    /** Where the sizes stand. */
    public String source() {
        return source;
    }
}
