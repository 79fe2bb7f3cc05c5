package io.transformer4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Forbids all but the {@code k} likeliest tokens (Fan et al. 2018, §5.1; HF {@code TopKLogitsWarper}); those that tie with
 * the last of them stay too.
 */
public record TopK(int k) implements LogitsProcessor {
    /** Checks the number. */
    public TopK {
        if (k < 1) {
            throw new IllegalArgumentException("top_k must be at least 1, but is " + k);
        }
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        long kept = Math.min(k, logits.size(1));
        Tensor smallest = logits.topk(kept, -1, true, true).get0().narrow(1, kept - 1, 1); // [batch, 1]
        return logits.masked_fill(logits.lt(smallest), new Scalar(Double.NEGATIVE_INFINITY));
    }
}
