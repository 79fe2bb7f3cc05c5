package io.transformer4j.generation;

import io.transformer4j.tokenizers.Tokenizer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One prompt on its way: its tokens, its text, its random numbers, and when it ends. Not thread-safe. */
final class Continuation {
    private final int prompt;
    private final TokenSequence sequence;
    private final SplittableRandom random;
    private final GenerationConfig config;
    private final @Nullable TextStream text;
    private @Nullable FinishReason finishReason;

    /**
     * Starts after the prompt.
     *
     * @param prompt index of the prompt
     * @param source the encoder's tokens, or the prompt again
     * @param ids what the text begins with
     * @param positions the model's: prompt and continuation together aren't longer
     */
    Continuation(
            int prompt,
            int[] source,
            int[] ids,
            SplittableRandom random,
            GenerationConfig config,
            int positions,
            @Nullable Tokenizer tokenizer) {
        this.prompt = prompt;
        this.sequence = new TokenSequence(source, ids, config.maxLength(ids.length, positions));
        this.random = random;
        this.config = config;
        this.text = tokenizer == null ? null : new TextStream(tokenizer, config.stopStrings());
    }

    /** Adds a token, tells the listener, and decides whether the text has ended. */
    void add(int id, TokenListener listener) {
        sequence.add(id);
        if (config.eosTokenIds().contains(id)) {
            finishReason = FinishReason.EOS;
        } else if (sequence.isFull()) {
            finishReason = FinishReason.LENGTH;
        }
        String fresh = "";
        if (text != null) {
            fresh = finished() ? text.add(id) + text.finish() : text.add(id);
            if (text.stopped()) { // even if it came up in what was left at the end
                finishReason = FinishReason.STOP_STRING;
            }
        }
        listener.onToken(prompt, id, fresh);
    }

    boolean finished() {
        return finishReason != null;
    }

    int prompt() {
        return prompt;
    }

    TokenSequence sequence() {
        return sequence;
    }

    SplittableRandom random() {
        return random;
    }

    /** The result, once {@link #finished}. */
    Generation result() {
        if (finishReason == null) {
            throw new IllegalStateException("prompt " + prompt + " is still being continued");
        }
        return new Generation(
                sequence.prompt(), sequence.continuation(), text == null ? "" : text.text(), finishReason, null);
    }
}
