package io.transformer4j.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads a JSON object as maps, lists, text, numbers, booleans and nulls, without Jackson's data binding, which is slow to start. */
final class JsonTree {
    private static final int MAX_DEPTH = 100;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private final Path file;
    private final JsonParser parser;

    private JsonTree(Path file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /**
     * Reads the text of a file.
     *
     * @throws CheckpointException if it isn't one JSON object, or has a key twice, or a number that no double can hold
     */
    static Map<String, Object> parse(Path file, byte[] json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            return new JsonTree(file, parser).whole();
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new CheckpointException(
                    file, "is not valid JSON" + line + " (" + Quoted.plain(e.getOriginalMessage()) + ")", e);
        }
    }

    private Map<String, Object> whole() {
        JsonToken first = parser.nextToken();
        if (first != JsonToken.START_OBJECT) {
            throw new CheckpointException(
                    file, "must be one JSON object" + (first == JsonToken.VALUE_NULL ? ", but is null" : ""));
        }
        Map<String, Object> tree = object();
        if (parser.nextToken() != null) {
            throw new CheckpointException(file, "must be one JSON object");
        }
        return tree;
    }

    /** From behind its opening brace to its closing one. */
    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(name));
        }
        return members;
    }

    private List<Object> array(String key) {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(key));
        }
        return elements;
    }

    /** @param key under which the value stands, for messages */
    private @Nullable Object value(String key) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object();
            case START_ARRAY -> array(key);
            case VALUE_STRING -> parser.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> finite(key, parser.getDoubleValue());
            default -> null;
        };
    }

    /** A number like 1e999 is infinite as a double, and couldn't be written again. */
    private double finite(String key, double number) {
        if (!Double.isFinite(number)) {
            throw new CheckpointException(file, Quoted.name(key) + " must be a number that a double can hold");
        }
        return number;
    }
}
