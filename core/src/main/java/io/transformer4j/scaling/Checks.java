package io.transformer4j.scaling;

/** Argument checks shared by the records of this package. */
final class Checks {

    private Checks() {}

    static void positive(String name, double value) {
        if (!(value > 0) || value == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("%s must be a positive finite number, but is %s".formatted(name, value));
        }
    }

    static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be positive, but is %d".formatted(name, value));
        }
    }
}
