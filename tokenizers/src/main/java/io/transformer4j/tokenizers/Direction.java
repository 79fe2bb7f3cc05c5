package io.transformer4j.tokenizers;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A side of a sequence. */
public enum Direction {
    @JsonProperty("Left")
    LEFT,
    @JsonProperty("Right")
    RIGHT
}
