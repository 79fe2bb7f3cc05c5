package io.transformer4j.generation;

import java.util.List;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Leaves no choice but one token at a certain place; its score is 0 there, as in HF. */
final class ForcedToken implements LogitsProcessor {
    private final int token;
    private final Predicate<TokenSequence> here;

    private ForcedToken(int token, Predicate<TokenSequence> here) {
        this.token = token;
        this.here = here;
    }

    /** Behind a single token, such as the decoder's start token (HF {@code ForcedBOSTokenLogitsProcessor}). */
    static ForcedToken first(int token) {
        return new ForcedToken(token, sequence -> sequence.size() == 1);
    }

    /** Where there is room for one token only (HF {@code ForcedEOSTokenLogitsProcessor}). */
    static ForcedToken last(int token) {
        return new ForcedToken(token, TokenSequence::endsWithNext);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        if (sequences.stream().noneMatch(here)) {
            return logits;
        }
        Tensor result = logits.clone();
        for (int row = 0; row < sequences.size(); row++) {
            if (here.test(sequences.get(row))) {
                Tensor scores = result.select(0, row).fill_(new Scalar(Double.NEGATIVE_INFINITY));
                scores.select(0, token).fill_(new Scalar(0.0));
            }
        }
        return result;
    }
}
