package io.transformer4j.generation;

import io.transformer4j.models.ModelInputs;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
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
        GenerationConfig.checkPenalty("repetition_penalty", penalty);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return apply(logits, sequences, TokenSequence::ids, penalty);
    }

    /** {@code logits} with the scores of those tokens changed that {@code tokens} names for a row's sequence. */
    static Tensor apply(
            Tensor logits, List<TokenSequence> sequences, Function<TokenSequence, IntStream> tokens, double penalty) {
        long vocabSize = logits.size(1);
        Tensor result = logits.clone();
        for (int row = 0; row < sequences.size(); row++) {
            long[] ids = tokens.apply(sequences.get(row))
                    .filter(id -> id < vocabSize) // source and target may have vocabularies of their own
                    .distinct()
                    .asLongStream()
                    .toArray();
            Tensor index = ModelInputs.tensor(ids, logits.device());
            Tensor scores = logits.select(0, row).index_select(0, index); // [distinct tokens]
            Tensor divided = scores.div(new Scalar(penalty));
            Tensor penalized = divided.where(scores.ge(new Scalar(0)), scores.mul(new Scalar(penalty)));
            result.select(0, row).index_copy_(0, index, penalized);
        }
        return result;
    }
}
