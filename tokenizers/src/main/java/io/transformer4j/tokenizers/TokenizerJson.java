package io.transformer4j.tokenizers;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.decoders.Decoder;
import io.transformer4j.tokenizers.models.Model;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.postprocessors.PostProcessor;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code tokenizer.json} and the small JSON files beside it. The components' records say themselves how they are written. */
final class TokenizerJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .annotationIntrospector(new NullnessIntrospector())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private static final String VERSION = "1.0";

    private TokenizerJson() {}

    /** The file as a whole. */
    @JsonPropertyOrder({
        "version",
        "truncation",
        "padding",
        "added_tokens",
        "normalizer",
        "pre_tokenizer",
        "post_processor",
        "decoder",
        "model"
    })
    private record Document(
            @Nullable String version,
            @Nullable Truncation truncation,
            @Nullable PaddingJson padding,
            @Nullable List<AddedToken> addedTokens,
            @Nullable Normalizer normalizer,
            @Nullable PreTokenizer preTokenizer,
            @Nullable PostProcessor postProcessor,
            @Nullable Decoder decoder,
            Model model) {}

    /** The file's form of {@link Padding}: the strategy is {@code "BatchLongest"} or {@code {"Fixed": length}}. */
    @JsonPropertyOrder({"strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token"})
    private record PaddingJson(
            Object strategy,
            Direction direction,
            @Nullable Integer padToMultipleOf,
            int padId,
            int padTypeId,
            String padToken) {

        static PaddingJson of(Padding padding) {
            return new PaddingJson(
                    padding.length() == Padding.LONGEST ? "BatchLongest" : Map.of("Fixed", padding.length()),
                    padding.direction(),
                    padding.multipleOf() == 1 ? null : padding.multipleOf(),
                    padding.padId(),
                    padding.padTypeId(),
                    padding.padToken());
        }

        Padding toPadding() {
            int length;
            if ("BatchLongest".equals(strategy)) {
                length = Padding.LONGEST;
            } else if (strategy instanceof Map<?, ?> map && map.get("Fixed") instanceof Integer fixed) {
                length = fixed;
            } else {
                throw new TokenizerException(
                        "padding.strategy must be \"BatchLongest\" or {\"Fixed\": length}, not " + strategy);
            }
            int multipleOf = padToMultipleOf == null || padToMultipleOf == 0 ? 1 : padToMultipleOf;
            return new Padding(length, direction, multipleOf, padId, padTypeId, padToken);
        }
    }

    static Tokenizer read(String json, String file) {
        return reading(file, () -> {
            JsonNode tree = MAPPER.readTree(json);
            if (!tree.isObject()) {
                throw new TokenizerException("this is no JSON object; expected one with at least a \"model\"");
            }
            if (tree.get("model") instanceof ObjectNode model && !model.has("type")) {
                model.put("type", inferredType(model)); // files from before 2020 don't say
            }
            Document document = MAPPER.treeToValue(tree, Document.class);
            Tokenizer.Builder builder = Tokenizer.builder()
                    .normalizer(document.normalizer)
                    .preTokenizer(document.preTokenizer)
                    .model(document.model)
                    .postProcessor(document.postProcessor)
                    .decoder(document.decoder)
                    .options(EncodeOptions.defaults()
                            .withTruncation(document.truncation)
                            .withPadding(document.padding == null ? null : document.padding.toPadding()));
            if (document.addedTokens != null) {
                document.addedTokens.forEach(builder::addToken);
            }
            return builder.build();
        });
    }

    private static String inferredType(ObjectNode model) {
        if (model.has("merges")) {
            return "BPE";
        }
        if (model.has("continuing_subword_prefix")) {
            return "WordPiece";
        }
        return model.path("vocab").isArray() ? "Unigram" : "WordLevel";
    }

    static String write(Tokenizer tokenizer) {
        EncodeOptions options = tokenizer.options();
        Padding padding = options.padding();
        return writePretty(new Document(
                VERSION,
                options.truncation(),
                padding == null ? null : PaddingJson.of(padding),
                tokenizer.addedTokens(),
                tokenizer.normalizer(),
                tokenizer.preTokenizer(),
                tokenizer.postProcessor(),
                tokenizer.decoder(),
                tokenizer.model()));
    }

    static String writePretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }

    static String writeCompact(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    static Vocabulary readVocabulary(String json, String file) {
        return reading(file, () -> MAPPER.readValue(json, Vocabulary.class));
    }

    /** The {@code ..._token} keys; a token is a string or an object with {@code content}. */
    static Map<String, String> readSpecialTokens(String json, String file) {
        return reading(file, () -> {
            Map<String, String> tokens = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : MAPPER.readTree(json).properties()) {
                JsonNode value = entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
                if (entry.getKey().endsWith("_token") && value.isString()) {
                    tokens.put(entry.getKey(), value.asString());
                }
            }
            return tokens;
        });
    }

    static JsonNode readTree(String json, String file) {
        return reading(file, () -> MAPPER.readTree(json));
    }

    private interface Reading<T> {
        T run();
    }

    private static <T> T reading(String file, Reading<T> reading) {
        try {
            return reading.run();
        } catch (TokenizerException e) {
            throw new TokenizerException(file + ": " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new TokenizerException(file + ": " + explain(e), e);
        }
    }

    private static String explain(JacksonException e) {
        String path = e.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                .collect(Collectors.joining("."));
        String place = path.isEmpty() ? "" : path + ": ";
        if (e.getCause() instanceof TokenizerException cause) {
            return place + cause.getMessage();
        }
        if (e instanceof InvalidTypeIdException unknown) {
            return place + "there is no " + unknown.getBaseType().getRawClass().getSimpleName() + " of type '"
                    + unknown.getTypeId() + "'";
        }
        if (e instanceof InvalidNullException) {
            return path + " is missing or null";
        }
        TokenStreamLocation at = e.getLocation();
        boolean located = at != null && at.getLineNr() > 0 && !(e instanceof DatabindException);
        return place
                + (located ? "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": " : "")
                + e.getOriginalMessage();
    }
}
