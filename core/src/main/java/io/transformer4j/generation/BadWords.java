package io.transformer4j.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * Forbids the last token of given sequences where the tokens before it have come (HF {@code NoBadWordsLogitsProcessor}).
 *
 * @param words token ids of each
 * @param eosTokenIds never forbidden alone: texts must be able to end
 */
public record BadWords(List<List<Integer>> words, Set<Integer> eosTokenIds) implements LogitsProcessor {
    /** Copies the lists. */
    public BadWords {
        eosTokenIds = Set.copyOf(eosTokenIds);
        Set<Integer> ends = eosTokenIds;
        words = words.stream()
                .map(List::copyOf)
                .filter(word -> word.size() > 1 || !ends.contains(word.get(0)))
                .toList();
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return Ban.apply(logits, sequences, this::endings);
    }

    private List<Integer> endings(TokenSequence sequence) {
        List<Integer> ids = sequence.ids().boxed().toList();
        List<Integer> endings = new ArrayList<>();
        for (List<Integer> word : words) {
            int before = word.size() - 1;
            if (ids.size() >= before
                    && ids.subList(ids.size() - before, ids.size()).equals(word.subList(0, before))) {
                endings.add(word.get(before));
            }
        }
        return endings;
    }
}
