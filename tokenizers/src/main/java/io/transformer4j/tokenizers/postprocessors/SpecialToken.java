package io.transformer4j.tokenizers.postprocessors;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** A special token and its id; in JSON {@code ["[SEP]", 102]}. */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
@JsonPropertyOrder({"token", "id"})
public record SpecialToken(String token, int id) {}
