package io.transformer4j.pipelines;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How much a decoder looked at each source token when it wrote each target token: the weights of the cross-attention of one
 * layer, the mean over its heads.
 *
 * @param sourceTokens what the encoder read, special tokens included
 * @param targetTokens what the decoder wrote, the ending token included
 * @param weights {@code [targetTokens][sourceTokens]}; each row adds up to 1
 */
public record Alignment(List<String> sourceTokens, List<String> targetTokens, List<List<Double>> weights) {
    /** Copies the lists. */
    public Alignment {
        sourceTokens = List.copyOf(sourceTokens);
        targetTokens = List.copyOf(targetTokens);
        weights = weights.stream().map(List::copyOf).toList();
    }

    /** The source token that the decoder looked at most when it wrote target token {@code target}. */
    public int sourceOf(int target) {
        List<Double> row = weights.get(target);
        return IntStream.range(0, row.size())
                .reduce((best, i) -> row.get(i) > row.get(best) ? i : best)
                .orElseThrow();
    }
}
