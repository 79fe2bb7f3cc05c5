package io.transformer4j.tokenizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import org.jspecify.annotations.Nullable;

/**
 * How an encoding is cut to a length.
 *
 * @param direction the side at which tokens are cut off
 * @param maxLength most tokens of an encoding, special ones included
 * @param strategy from which text of a pair tokens are taken
 * @param stride tokens that an overflow window shares with the one before it
 */
@JsonPropertyOrder({"direction", "max_length", "strategy", "stride"})
public record Truncation(Direction direction, int maxLength, Strategy strategy, int stride) {

    /** From which text of a pair tokens are taken. */
    public enum Strategy {
        /** From the longer one until both are equally long, then from both. */
        @JsonProperty("LongestFirst")
        LONGEST_FIRST,
        @JsonProperty("OnlyFirst")
        ONLY_FIRST,
        @JsonProperty("OnlySecond")
        ONLY_SECOND,
        /** From none: {@code maxLength} has no effect. */
        @JsonProperty("DoNotTruncate")
        DO_NOT_TRUNCATE
    }

    public Truncation {
        if (maxLength < 0 || stride < 0) {
            throw new TokenizerException(
                    "max_length (" + maxLength + ") and stride (" + stride + ") of a truncation must not be negative");
        }
    }

    /** Older files don't have {@code direction}. */
    @JsonCreator
    static Truncation fromJson(
            @JsonProperty("direction") @Nullable Direction direction,
            @JsonProperty("max_length") int maxLength,
            @JsonProperty("strategy") Strategy strategy,
            @JsonProperty("stride") int stride) {
        return new Truncation(direction == null ? Direction.RIGHT : direction, maxLength, strategy, stride);
    }

    /** Cuts the end, longest first, without overlap of the overflow. */
    public static Truncation toLength(int maxLength) {
        return new Truncation(Direction.RIGHT, maxLength, Strategy.LONGEST_FIRST, 0);
    }

    public Truncation withStride(int newStride) {
        return new Truncation(direction, maxLength, strategy, newStride);
    }

    public Truncation withStrategy(Strategy newStrategy) {
        return new Truncation(direction, maxLength, newStrategy, stride);
    }

    public Truncation withDirection(Direction newDirection) {
        return new Truncation(newDirection, maxLength, strategy, stride);
    }

    /** Keeps, from the side that stays, whole words until they make up {@code maxLength} tokens. */
    void limit(TokenBuffer tokens) {
        if (strategy == Strategy.DO_NOT_TRUNCATE || tokens.size() <= maxLength) {
            return;
        }
        if (direction == Direction.RIGHT) {
            int end = maxLength;
            while (end > 0 && end < tokens.size() && tokens.word(end) == tokens.word(end - 1)) {
                end++;
            }
            tokens.keep(0, end);
        } else {
            int start = tokens.size() - maxLength;
            while (start > 0 && start < tokens.size() && tokens.word(start) == tokens.word(start - 1)) {
                start--;
            }
            tokens.keep(start, tokens.size());
        }
    }
}
