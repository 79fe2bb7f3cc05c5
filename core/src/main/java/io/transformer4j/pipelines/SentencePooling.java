package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.files.ConfinedName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a model of sentence-transformers makes one vector of a text: what {@code modules.json}, {@code 1_Pooling/config.json} and
 * {@code sentence_bert_config.json} beside its weights say.
 *
 * @param pooling of the tokens' vectors
 * @param normalize whether vectors are scaled to length 1
 * @param maxSequenceLength where longer texts are cut, in tokens; {@link #UNLIMITED} if only the model sets a limit
 */
public record SentencePooling(Pooling pooling, boolean normalize, int maxSequenceLength) {
    /** No limit of its own. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** For models that don't say: the mean of the last layer, normalized. */
    public static final SentencePooling DEFAULT = new SentencePooling(Pooling.MEAN, true, UNLIMITED);

    private static final String MODULES = "modules.json";
    private static final String SENTENCE_CONFIG = "sentence_bert_config.json";
    private static final String POOLING_FOLDER = "1_Pooling";
    private static final String TYPES = "sentence_transformers.models.";
    private static final String MODE = "pooling_mode_";
    private static final Map<String, Pooling> MODES = Map.of("mean_tokens", Pooling.MEAN, "cls_token", Pooling.CLS);
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Whether a model folder says how. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(MODULES));
    }

    /**
     * Reads what a model folder says, or {@link #DEFAULT} if it has no {@code modules.json}.
     *
     * @throws CheckpointException if it asks for a module or a pooling that isn't supported, since without it all vectors
     *     would be wrong
     */
    public static SentencePooling read(Path folder) {
        if (!isIn(folder)) {
            return DEFAULT;
        }
        Path file = folder.resolve(MODULES);
        Pooling pooling = Pooling.MEAN;
        boolean normalize = false;
        for (JsonNode module : json(file).values()) {
            String type = module.path("type").asString("");
            switch (type.substring(type.lastIndexOf('.') + 1)) {
                case "Transformer" -> {}
                case "Pooling" ->
                    pooling = readPooling(file, module.path("path").asString(""));
                case "Normalize" -> normalize = true;
                default ->
                    throw new CheckpointException(
                            file,
                            "asks for the module " + type
                                    + ", which is not supported; only Transformer, Pooling and Normalize are");
            }
        }
        return new SentencePooling(pooling, normalize, maxSequenceLength(folder));
    }

    private static Pooling readPooling(Path modules, String folder) {
        if (!ConfinedName.leadsDown(folder)) {
            throw new CheckpointException(modules, "names a folder outside its own for the pooling");
        }
        Path file = modules.resolveSibling(folder).resolve("config.json");
        List<String> asked = ConfigJson.readTree(file).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(MODE) && Boolean.TRUE.equals(entry.getValue()))
                .map(entry -> entry.getKey().substring(MODE.length()))
                .toList();
        if (asked.size() != 1 || !MODES.containsKey(asked.get(0))) {
            throw new CheckpointException(
                    file,
                    "must ask for one of pooling_mode_mean_tokens and pooling_mode_cls_token, but asks for "
                            + (asked.isEmpty() ? "none" : String.join(" and ", asked)));
        }
        return MODES.get(asked.get(0));
    }

    /** The limit of a model folder alone, in tokens. */
    static int maxSequenceLength(Path folder) {
        Path file = folder.resolve(SENTENCE_CONFIG);
        if (!Files.exists(file)) {
            return UNLIMITED;
        }
        JsonNode limit = json(file).path("max_seq_length");
        if (limit.isMissingNode() || limit.isNull()) {
            return UNLIMITED;
        }
        if (!limit.isInt() || limit.asInt() < 1) {
            throw new CheckpointException(file, "max_seq_length must be a positive number of tokens");
        }
        return limit.asInt();
    }

    private static JsonNode json(Path file) {
        try {
            return JSON.readTree(file);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "is not valid JSON", e);
        }
    }

    /**
     * Writes these settings into a model folder, as sentence-transformers reads them.
     *
     * @param dimension of the vectors
     * @throws IllegalArgumentException if sentence-transformers has no such pooling
     */
    public void write(Path folder, long dimension) {
        if (!MODES.containsValue(pooling)) {
            throw new IllegalArgumentException("sentence-transformers has no pooling "
                    + pooling.name().toLowerCase(Locale.ROOT).replace('_', '-') + ": choose mean or cls");
        }
        Map<String, Object> modes = new LinkedHashMap<>();
        modes.put("word_embedding_dimension", dimension);
        for (String mode : List.of("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")) {
            modes.put(MODE + mode, pooling.equals(MODES.get(mode)));
        }
        write(folder.resolve(POOLING_FOLDER).resolve("config.json"), modes);
        List<Map<String, Object>> modules = new ArrayList<>();
        modules.add(module(0, "", "Transformer"));
        modules.add(module(1, POOLING_FOLDER, "Pooling"));
        if (normalize) {
            modules.add(module(2, "2_Normalize", "Normalize"));
        }
        write(folder.resolve(MODULES), modules);
        if (maxSequenceLength != UNLIMITED) {
            Map<String, Object> limits = new LinkedHashMap<>();
            limits.put("max_seq_length", maxSequenceLength);
            limits.put("do_lower_case", false);
            write(folder.resolve(SENTENCE_CONFIG), limits);
        }
    }

    private static Map<String, Object> module(int index, String path, String type) {
        Map<String, Object> module = new LinkedHashMap<>();
        module.put("idx", index);
        module.put("name", Integer.toString(index));
        module.put("path", path);
        module.put("type", TYPES + type);
        return module;
    }

    private static void write(Path file, Object value) {
        AtomicFiles.writeString(file, JSON.writeValueAsString(value) + "\n");
    }
}
