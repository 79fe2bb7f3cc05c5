package io.transformer4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Makes tokens of the source likelier, against hallucination: what {@link RepetitionPenalty} does to repeated tokens, the other
 * way round (HF {@code EncoderRepetitionPenaltyLogitsProcessor}).
 *
 * @param penalty above 1 favours tokens of the source, below 1 the others
 */
public record EncoderRepetitionPenalty(double penalty) implements LogitsProcessor {
    /** Checks the penalty. */
    public EncoderRepetitionPenalty {
        GenerationConfig.checkPenalty("encoder_repetition_penalty", penalty);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return RepetitionPenalty.apply(logits, sequences, TokenSequence::source, 1 / penalty);
    }
}
