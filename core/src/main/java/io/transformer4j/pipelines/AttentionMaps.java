package io.transformer4j.pipelines;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorData;
import io.transformer4j.tracking.Heatmap;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.json.JsonMapper;

/**
 * What each head of each layer looks at in a text.
 *
 * @param tokens of the text, special ones included
 * @param layers for each layer, its heads; rows are queries, columns keys
 */
public record AttentionMaps(List<String> tokens, List<List<Heatmap>> layers) {
    /** File with all heads in one picture. */
    public static final String PICTURE = "attention.png";

    /** File with a page that needs no other file. */
    public static final String PAGE = "attention.html";

    private static final String TEMPLATE = "attention.html";

    /** Copies the lists. */
    public AttentionMaps {
        tokens = List.copyOf(tokens);
        layers = layers.stream().map(List::copyOf).toList();
    }

    /**
     * Runs a text through a model.
     *
     * @param model without head
     * @throws IllegalArgumentException if the model has no such maps, or the text no or too many tokens
     */
    public static AttentionMaps of(PretrainedModel model, Tokenizer tokenizer, String text, ComputePool pool) {
        if (!(model instanceof BareModel bare)) {
            throw new IllegalArgumentException("a " + model.architecture() + " can't show its attention");
        }
        Encoding encoding = tokenizer.withOptions(EncodeOptions.defaults()).encode(text);
        if (encoding.length() == 0) {
            throw new IllegalArgumentException("the text has no tokens: give at least one word");
        }
        List<List<Heatmap>> layers = pool.onOneWorker(() -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                ModelInputs inputs = ModelInputs.of(List.of(encoding.ids()), model.device());
                return bare.attentions(inputs).stream()
                        .map(AttentionMaps::heads)
                        .toList();
            }
        });
        return new AttentionMaps(encoding.tokens(), layers);
    }

    private static List<Heatmap> heads(Tensor layer) {
        float[] values = TensorData.floats(layer);
        int length = (int) layer.size(1);
        return IntStream.range(0, (int) layer.size(0))
                .mapToObj(head -> new Heatmap(
                        length,
                        length,
                        Arrays.copyOfRange(values, head * length * length, (head + 1) * length * length)))
                .toList();
    }

    /**
     * Writes {@value #PICTURE} and {@value #PAGE}.
     *
     * @throws IOException if a file can't be written
     */
    public void write(Path folder) throws IOException {
        Heatmap.writeGrid(
                folder.resolve(PICTURE),
                IntStream.range(0, layers.size())
                        .mapToObj(layer -> "layer " + layer)
                        .toList(),
                layers);
        List<List<String>> pictures = new ArrayList<>();
        for (List<Heatmap> heads : layers) {
            List<String> row = new ArrayList<>();
            for (Heatmap head : heads) {
                row.add("data:image/png;base64," + Base64.getEncoder().encodeToString(head.png()));
            }
            pictures.add(row);
        }
        JsonMapper json = JsonMapper.shared();
        AtomicFile.writeString(
                folder.resolve(PAGE),
                template()
                        .replace("/*TOKENS*/[]", scriptSafe(json.writeValueAsString(tokens)))
                        .replace("/*LAYERS*/[]", scriptSafe(json.writeValueAsString(layers)))
                        .replace("/*PICTURES*/[]", json.writeValueAsString(pictures)));
    }

    /** A text may have what would end the page's script. */
    private static String scriptSafe(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String template() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                AttentionMaps.class.getResourceAsStream(TEMPLATE), "the page's template is a resource")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
