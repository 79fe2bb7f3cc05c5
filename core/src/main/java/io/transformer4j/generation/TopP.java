package io.transformer4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;

/**
 * Nucleus sampling: forbids all but the fewest likeliest tokens whose probabilities add up to {@code p} or more (Holtzman
 * et al. 2020, §3.1; HF {@code TopPLogitsWarper}). The likeliest always stays.
 */
public record TopP(double p) implements LogitsProcessor {
    /** Checks the probability. */
    public TopP {
        GenerationConfig.checkTopP(p);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        T_TensorTensor_T ascending = logits.sort(-1, false);
        Tensor cumulative = ascending.get0().softmax(-1).cumsum(-1); // [batch, vocabSize]
        Tensor removed = cumulative.le(new Scalar(1 - p));
        removed.narrow(1, logits.size(1) - 1, 1).fill_(new Scalar(0));
        Tensor byToken = removed.scatter(1, ascending.get1(), removed);
        return logits.masked_fill(byToken, new Scalar(Double.NEGATIVE_INFINITY));
    }
}
