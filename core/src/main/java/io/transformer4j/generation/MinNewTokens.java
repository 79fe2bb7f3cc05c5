package io.transformer4j.generation;

import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Lets no text end before it has some tokens (HF {@code MinNewTokensLengthLogitsProcessor}).
 *
 * @param count fewest tokens behind the prompt, the ending one not counted
 * @param eosTokenIds tokens that end a text
 */
public record MinNewTokens(int count, Set<Integer> eosTokenIds) implements LogitsProcessor {
    /** Copies the set. */
    public MinNewTokens {
        eosTokenIds = Set.copyOf(eosTokenIds);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return Ban.apply(
                logits, sequences, sequence -> sequence.newTokens() < count ? List.copyOf(eosTokenIds) : List.of());
    }
}
