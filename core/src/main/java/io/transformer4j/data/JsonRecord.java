package io.transformer4j.data;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of a file of JSON lines.
 *
 * @param where its place, for messages
 * @param fields a JSON object
 */
public record JsonRecord(String where, JsonNode fields) {
    /** A string may be a whole document: what is in memory as a line already may be one as a value too. */
    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build());

    /**
     * Reads a line.
     *
     * @throws DataException if it isn't a JSON object
     */
    public static JsonRecord parse(String where, String line) {
        JsonNode fields;
        try {
            fields = MAPPER.readTree(line);
        } catch (JacksonException e) {
            throw new DataException(where + ": not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
        if (!fields.isObject()) {
            throw new DataException(where + ": not a JSON object");
        }
        return new JsonRecord(where, fields);
    }

    /**
     * The string in a field.
     *
     * @throws DataException if there is none
     */
    public String text(String field) {
        JsonNode value = fields.path(field);
        if (!value.isString()) {
            throw noText(field);
        }
        return value.stringValue();
    }

    /** What to throw if {@code field} has no text that would do. */
    public DataException noText(String field) {
        return new DataException(
                where + ": has no text in field \"" + field + "\"; its fields are " + fields.propertyNames());
    }
}
