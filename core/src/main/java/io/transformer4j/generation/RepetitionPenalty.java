package io.transformer4j.generation;

import io.transformer4j.models.ModelInputs;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes tokens of the prompt and the text so far less likely, each once however often it occurs: a positive score is
 * divided by the penalty, a negative one multiplied (Keskar et al. 2019, §4.1; HF {@code
 * RepetitionPenaltyLogitsProcessor}).
 *
 * @param penalty above 1 discourages repetition, below 1 encourages it
 */
public record RepetitionPenalty(double penalty) implements LogitsProcessor {
    /** Checks the penalty. */
    public RepetitionPenalty {
        GenerationConfig.checkRepetitionPenalty(penalty);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        Tensor result = logits.clone();
        for (int row = 0; row < sequences.size(); row++) {
            long[] ids = sequences.get(row).ids().distinct().asLongStream().toArray();
            Tensor index = ModelInputs.tensor(ids, logits.device());
            Tensor scores = logits.select(0, row).index_select(0, index); // [distinct tokens]
            Tensor divided = scores.div(new Scalar(penalty));
            Tensor penalized = divided.where(scores.ge(new Scalar(0)), scores.mul(new Scalar(penalty)));
            result.select(0, row).index_copy_(0, index, penalized);
        }
        return result;
    }
}
