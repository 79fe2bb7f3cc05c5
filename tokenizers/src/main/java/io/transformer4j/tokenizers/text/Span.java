package io.transformer4j.tokenizers.text;

/** A half-open range {@code [start, end)}. */
public record Span(int start, int end) {

    public int length() {
        return end - start;
    }
}
