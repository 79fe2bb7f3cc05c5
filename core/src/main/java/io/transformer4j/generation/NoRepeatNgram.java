package io.transformer4j.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Forbids tokens that would complete a sequence of tokens which came already, in the prompt or behind it (Paulus et al. 2018,
 * §2.5; HF {@code NoRepeatNGramLogitsProcessor}).
 *
 * @param size tokens of such a sequence
 */
public record NoRepeatNgram(int size) implements LogitsProcessor {
    /** Checks the size. */
    public NoRepeatNgram {
        if (size < 1) {
            throw new IllegalArgumentException("no_repeat_ngram_size must be at least 1, but is " + size);
        }
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return Ban.apply(logits, sequences, this::completions);
    }

    private List<Integer> completions(TokenSequence sequence) {
        int[] ids = sequence.ids().toArray();
        int known = size - 1;
        List<Integer> completions = new ArrayList<>();
        for (int end = known; end < ids.length; end++) {
            if (ids.length >= size && Arrays.equals(ids, end - known, end, ids, ids.length - known, ids.length)) {
                completions.add(ids[end]);
            }
        }
        return completions;
    }
}
