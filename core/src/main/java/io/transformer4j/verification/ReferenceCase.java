package io.transformer4j.verification;

import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.heads.TaskModel;
import io.transformer4j.models.seq2seq.EncoderDecoderBody;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A case of {@code inputs.json}: what HF's model got, in the form that models here take. */
final class ReferenceCase {
    private final JsonNode spec;
    private final PretrainedModel model;
    private final Map<String, Object> config;
    private final TokenGrid tokens;
    private final @Nullable TokenGrid decoderTokens;

    /** A case for {@code model}, whose {@code config.json} is {@code config}. */
    ReferenceCase(JsonNode spec, PretrainedModel model, Map<String, Object> config) {
        this.spec = spec;
        this.model = model;
        this.config = config;
        TokenGrid packed = TokenGrid.of(inputIds(), first("attention_mask", "src_mask"));
        tokens = paddingMatters(packed) ? packed.withPadding() : packed;
        decoderTokens = hasDecoderOfItsOwn(model)
                ? TokenGrid.of(
                        spec.has("decoder_input_ids") ? spec.get("decoder_input_ids") : decoded(),
                        spec.get("decoder_attention_mask"))
                : null;
    }

    String name() {
        return spec.required("name").asString();
    }

    boolean trainMode() {
        return spec.path("train_mode").asBoolean(false);
    }

    /** Whether there is something to predict; if not, references weigh the outputs. */
    boolean hasTargets() {
        return spec.has("labels") || spec.has("start_positions");
    }

    private JsonNode inputIds() {
        JsonNode ids = first("input_ids", "src_ids");
        return ids == null ? spec.required("input_ids") : ids;
    }

    private @Nullable JsonNode first(String... keys) {
        return Arrays.stream(keys).filter(spec::has).findFirst().map(spec::get).orElse(null);
    }

    private static boolean hasDecoderOfItsOwn(PretrainedModel model) {
        return model instanceof EncoderDecoderModel
                || model instanceof EncoderDecoderBody
                || (model instanceof TaskModel<?> task && task.body() instanceof EncoderDecoderBody);
    }

    /**
     * Models here need no padding. But HF counts positions and finds a sequence's first token by columns, so padding in
     * front of one moves both; and it lets spans begin in padding, which changes the softmax over all positions.
     */
    private boolean paddingMatters(TokenGrid grid) {
        return model.dependsOnPadding() || !grid.isPaddedOnTheRight() || spec.has("start_positions");
    }

    /** The batch; tensors belong to the open scope. */
    ModelInputs inputs() {
        Device device = model.device();
        ModelInputs inputs = ModelInputs.of(
                tokens.values(inputIds()),
                spec.has("token_type_ids")
                        ? tokens.values(spec.get("token_type_ids"))
                        : new long[tokens.layout().totalTokens()],
                spec.has("position_ids") ? tokens.values(spec.get("position_ids")) : null,
                tokens.layout(),
                device);
        if (spec.has("global_attention_mask")) {
            inputs = inputs.withGlobalAttention(tokens.values(spec.get("global_attention_mask")));
        }
        return decoderTokens == null ? inputs : inputs.withDecoder(decoderInputs(decoderTokens, device));
    }

    private ModelInputs decoderInputs(TokenGrid grid, Device device) {
        long[] ids =
                spec.has("decoder_input_ids") ? grid.values(spec.get("decoder_input_ids")) : shiftedRight(decoded());
        return ModelInputs.of(ids, new long[ids.length], null, grid.layout(), device);
    }

    /** What the decoder writes: the labels or, if they aren't its tokens, the input itself, as in HF. */
    private JsonNode decoded() {
        return spec.has("labels") && model instanceof EncoderDecoderModel ? spec.get("labels") : inputIds();
    }

    /** The labels behind the start token, with padding for those that don't count (HF's {@code shift_tokens_right}). */
    private long[] shiftedRight(JsonNode labels) {
        int columns = labels.path(0).size();
        return IntStream.range(0, labels.size() * columns)
                .mapToLong(i -> i % columns == 0
                        ? configured("decoder_start_token_id")
                        : labels.get(i / columns).get(i % columns - 1).asLong())
                .map(id -> id == Targets.IGNORED ? configured("pad_token_id") : id)
                .toArray();
    }

    private long configured(String key) {
        if (config.get(key) instanceof Integer id) {
            return id;
        }
        throw new IllegalArgumentException("config.json has no " + key + ", which shifting labels needs");
    }

    /** What is to be predicted. */
    Targets targets() {
        if (spec.has("start_positions")) {
            return Targets.ofSpans(positions(spec.get("start_positions")), positions(spec.required("end_positions")));
        }
        JsonNode labels = spec.required("labels");
        boolean rectangle = labels.path(0).isArray();
        if (leaf(labels).isFloatingPointNumber()) {
            return Targets.ofValues(values(labels));
        }
        if (!rectangle) {
            return Targets.ofSequences(longs(labels));
        }
        return Targets.ofTokens(
                tokenLabels(labels),
                spec.has("next_sentence_label") ? longs(spec.get("next_sentence_label")) : new long[0]);
    }

    private long[] tokenLabels(JsonNode matrix) {
        if (decoderTokens != null) {
            return decoderTokens.values(matrix);
        }
        long[] labels = tokens.values(matrix);
        if (!(model instanceof CausalLanguageModel)) {
            return labels;
        }
        return Arrays.stream(tokens.followers())
                .mapToLong(next -> next < 0 ? Targets.IGNORED : labels[next])
                .toArray();
    }

    /** Clamped to the columns, as HF does; the one behind the last column doesn't count. */
    private long[] positions(JsonNode list) {
        return Arrays.stream(longs(list))
                .map(position -> Math.max(0, position))
                .map(position -> position < tokens.columns() ? position : Targets.IGNORED)
                .toArray();
    }

    private static JsonNode leaf(JsonNode node) {
        return node.isArray() ? leaf(node.path(0)) : node;
    }

    private static long[] longs(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static float[] values(JsonNode node) {
        double[] values = StreamSupport.stream(node.spliterator(), false)
                .flatMapToDouble(child -> child.isArray()
                        ? StreamSupport.stream(child.spliterator(), false).mapToDouble(JsonNode::asDouble)
                        : java.util.stream.DoubleStream.of(child.asDouble()))
                .toArray();
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The tokens that the rows of an output belong to. */
    TokenGrid rowsOf(String output) {
        return decoderTokens == null || output.startsWith("encoder_") || output.equals("memory")
                ? tokens
                : decoderTokens;
    }

    /** Number of sequences. */
    long sequences() {
        return tokens.rows();
    }
}
