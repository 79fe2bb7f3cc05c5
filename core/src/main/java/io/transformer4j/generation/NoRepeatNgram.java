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
        return Ban.apply(logits, sequences, sequence -> {
            int[] ids = sequence.ids().toArray();
            return completions(size, ids, ids);
        });
    }

    /** The tokens behind which {@code ids} would end with {@code size} tokens that {@code seen} has. */
    static List<Integer> completions(int size, int[] seen, int[] ids) {
        int known = size - 1;
        List<Integer> completions = new ArrayList<>();
        for (int end = known; end < seen.length && known <= ids.length; end++) {
            if (Arrays.equals(seen, end - known, end, ids, ids.length - known, ids.length)) {
                completions.add(seen[end]);
            }
        }
        return completions;
    }
}
