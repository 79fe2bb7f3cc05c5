package io.transformer4j.scaling;

/** From {@code low} to {@code high}, both included. */
public record Interval(double low, double high) {

    /** Whether {@code value} lies within. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
