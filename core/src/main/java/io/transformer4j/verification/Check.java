package io.transformer4j.verification;

/**
 * One quantity against its reference.
 *
 * @param part the case, the run of a generation, or {@code training}
 * @param quantity HF's name of it, such as {@code logits} or the name of a parameter
 * @param difference how far off it is: largest absolute difference, or for ids the number of tokens that differ
 * @param allowed the largest difference that counts as agreement
 */
public record Check(String part, Kind kind, String quantity, double difference, double allowed) {

    /** What is compared. */
    public enum Kind {
        /** A hidden state, logits, or another result of a forward pass. */
        OUTPUT,
        /** A loss. */
        LOSS,
        /** The norm, or some elements, of a parameter's gradient. */
        GRADIENT,
        /** Generated tokens. */
        IDS,
        /** Scores of generated sequences. */
        SCORES,
        /** Losses, gradient norms or weights along a training run. */
        TRAINING
    }

    /** Whether the difference is allowed; one that isn't a number never is. */
    public boolean agrees() {
        return difference <= allowed;
    }

    /** The difference as a share of what is allowed: 1 is the limit. */
    public double severity() {
        return agrees() && allowed == 0 ? 0 : difference / allowed;
    }
}
