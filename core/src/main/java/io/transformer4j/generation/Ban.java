package io.transformer4j.generation;

import io.transformer4j.models.ModelInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Forbids tokens, row by row. */
final class Ban {
    private Ban() {}

    /**
     * {@code logits} with {@code -∞} at the tokens that {@code banned} names for a row's sequence; the same tensor if it
     * names none.
     */
    static Tensor apply(Tensor logits, List<TokenSequence> sequences, Function<TokenSequence, List<Integer>> banned) {
        long vocabSize = logits.size(1);
        List<Long> places = new ArrayList<>();
        for (int row = 0; row < sequences.size(); row++) {
            for (int token : banned.apply(sequences.get(row))) {
                places.add(row * vocabSize + token);
            }
        }
        if (places.isEmpty()) {
            return logits;
        }
        long[] index = places.stream().mapToLong(Long::longValue).toArray();
        Tensor result = logits.clone();
        result.view(-1)
                .index_fill_(0, ModelInputs.tensor(index, logits.device()), new Scalar(Double.NEGATIVE_INFINITY));
        return result;
    }
}
