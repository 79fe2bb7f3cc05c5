package io.transformer4j.data;

import static java.util.Objects.checkIndex;

import java.util.List;

/**
 * Pairs of a source and a target for an encoder–decoder model: the decoder sees the target up to a token and predicts the
 * next one, beginning with a start token (Vaswani et al. 2017, §3).
 */
public final class Seq2SeqDataset implements Dataset {
    private final List<int[]> sources;
    private final List<int[]> targets;
    private final int decoderStartTokenId;

    /**
     * @param sources token ids with all special tokens
     * @param targets token ids with the token that ends a text; as many as sources
     * @throws IllegalArgumentException if there is no pair, or a side of one is empty
     */
    public Seq2SeqDataset(List<int[]> sources, List<int[]> targets, int decoderStartTokenId) {
        if (sources.isEmpty() || sources.size() != targets.size()) {
            throw new IllegalArgumentException("as many targets as sources are needed, at least one, not "
                    + targets.size() + " and " + sources.size());
        }
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).length == 0 || targets.get(i).length == 0) {
                throw new IllegalArgumentException("pair " + i + " has an empty side");
            }
        }
        this.sources = List.copyOf(sources);
        this.targets = List.copyOf(targets);
        this.decoderStartTokenId = decoderStartTokenId;
    }

    @Override
    public long size() {
        return sources.size();
    }

    @Override
    public Example get(int epoch, long index) {
        int at = (int) checkIndex(index, size());
        int[] source = sources.get(at);
        int[] labels = targets.get(at);
        int[] inputs = new int[labels.length];
        inputs[0] = decoderStartTokenId;
        System.arraycopy(labels, 0, inputs, 1, labels.length - 1);
        Example decoder = new Example(index, inputs, new int[inputs.length], labels, null);
        return new Example(index, source, new int[source.length], null, null).withDecoder(decoder);
    }

    /** Number of tokens of both sides. */
    public long tokens() {
        return sources.stream().mapToLong(ids -> ids.length).sum()
                + targets.stream().mapToLong(ids -> ids.length).sum();
    }
}
