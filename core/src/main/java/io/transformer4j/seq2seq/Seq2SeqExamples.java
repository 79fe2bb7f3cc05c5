package io.transformer4j.seq2seq;

import io.transformer4j.data.ParallelText;
import io.transformer4j.data.Seq2SeqDataset;
import io.transformer4j.tokenizers.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Parallel text as token ids.
 *
 * @param dataset the pairs
 * @param truncated sides that were longer than allowed and therefore cut, their last token being the end of the text
 */
public record Seq2SeqExamples(Seq2SeqDataset dataset, long truncated) {
    /**
     * Tokenizes pairs.
     *
     * @param maxLength most tokens of a side, the ending one included
     * @param decoderStartTokenId what the decoder starts with
     */
    public static Seq2SeqExamples of(
            ParallelText text, Seq2SeqTokenizers tokenizers, int maxLength, int decoderStartTokenId) {
        List<int[]> sources = encode(tokenizers.source(), text.sources());
        List<int[]> targets = encode(tokenizers.target(), text.targets());
        long truncated = Stream.concat(sources.stream(), targets.stream())
                .filter(ids -> ids.length > maxLength)
                .count();
        return new Seq2SeqExamples(
                new Seq2SeqDataset(
                        sources.stream().map(ids -> cut(ids, maxLength)).toList(),
                        targets.stream().map(ids -> cut(ids, maxLength)).toList(),
                        decoderStartTokenId),
                truncated);
    }

    private static List<int[]> encode(Tokenizer tokenizer, List<String> texts) {
        return texts.parallelStream()
                .map(text -> tokenizer.encodeToIds(text, true))
                .toList();
    }

    /** The first {@code maxLength} ids, ending as the whole does. */
    static int[] cut(int[] ids, int maxLength) {
        if (ids.length <= maxLength) {
            return ids;
        }
        int[] cut = Arrays.copyOf(ids, maxLength);
        cut[maxLength - 1] = ids[ids.length - 1];
        return cut;
    }
}
