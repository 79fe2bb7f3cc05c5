package io.transformer4j.generation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prompt and what the model made of it.
 *
 * @param promptIds the prompt's tokens
 * @param newIds the tokens that follow, the ending one included
 * @param text their text without special tokens, up to but without a stop string; empty if there is no tokenizer
 * @param finishReason why it ended
 * @param score of a beam: its log-probability, divided by the length penalty; null if no beams were searched
 */
public record Generation(
        List<Integer> promptIds,
        List<Integer> newIds,
        String text,
        FinishReason finishReason,
        @Nullable Double score) {
    /** Copies the lists. */
    public Generation {
        promptIds = List.copyOf(promptIds);
        newIds = List.copyOf(newIds);
    }
}
