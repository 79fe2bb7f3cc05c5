package io.transformer4j.seq2seq;

import io.transformer4j.data.Dataset;
import io.transformer4j.data.DenoisingDataset;
import io.transformer4j.data.ParallelText;
import io.transformer4j.data.SentenceSplitter;
import io.transformer4j.data.Seq2SeqDataset;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;
import io.transformer4j.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an encoder–decoder learns from, as token ids: parallel text, or texts from which it takes noise away.
 *
 * @param dataset the examples
 * @param tokens of sources and targets, without noise
 * @param truncated sides that were longer than allowed and therefore cut, their last token being the end of the text
 */
public record Seq2SeqExamples(Dataset dataset, long tokens, long truncated) {
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
        Seq2SeqDataset pairs = new Seq2SeqDataset(
                sources.stream()
                        .map(ids -> Seq2SeqTokenizers.cut(ids, maxLength))
                        .toList(),
                targets.stream()
                        .map(ids -> Seq2SeqTokenizers.cut(ids, maxLength))
                        .toList(),
                decoderStartTokenId);
        return new Seq2SeqExamples(pairs, pairs.tokens(), truncated);
    }

    /**
     * Tokenizes texts that are to be restored from noise, as BART does with its noise (Lewis et al. 2020, §5.1): spans of three
     * tokens on average cover 30 % of each text, and sentences come in another order. A text is divided at the ends of sentences
     * into parts that fit.
     *
     * @param texts each on one line
     * @param maxLength most tokens of a part, the ending one included; sentences that are longer are divided too
     * @throws IllegalArgumentException if the tokenizer has no mask token
     */
    public static Seq2SeqExamples denoising(
            List<String> texts, Seq2SeqTokenizers tokenizers, int maxLength, Seq2SeqConfig config, long seed) {
        Tokenizer tokenizer = tokenizers.source();
        int mask = tokenizer
                .maskTokenId()
                .orElseThrow(() -> new IllegalArgumentException(
                        "denoising needs a tokenizer with a mask token, but this one has none"));
        List<List<int[]>> parts = texts.parallelStream()
                .flatMap(text -> parts(text, tokenizer, maxLength - 1).stream())
                .toList();
        long tokens = parts.stream()
                .flatMap(List::stream)
                .mapToLong(sentence -> 2L * sentence.length)
                .sum();
        DenoisingDataset.Settings noise = new DenoisingDataset.Settings(
                0.3, 3, true, mask, config.eosTokenId(), config.decoderStartTokenId(), seed);
        return new Seq2SeqExamples(new DenoisingDataset(parts, noise), tokens, 0);
    }

    private static List<List<int[]>> parts(String text, Tokenizer tokenizer, int maxTokens) {
        List<List<int[]>> parts = new ArrayList<>();
        List<int[]> part = new ArrayList<>();
        int used = 0;
        for (int[] sentence : sentences(text, tokenizer, maxTokens)) {
            if (used + sentence.length > maxTokens) {
                parts.add(part);
                part = new ArrayList<>();
                used = 0;
            }
            part.add(sentence);
            used += sentence.length;
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    /** Token ids of the sentences, those that are too long in pieces. A blank stands before all but the first, as in the text. */
    private static List<int[]> sentences(String text, Tokenizer tokenizer, int maxTokens) {
        List<int[]> pieces = new ArrayList<>();
        for (String sentence : SentenceSplitter.split(text)) {
            int[] ids = tokenizer.encodeToIds(pieces.isEmpty() ? sentence : " " + sentence, false);
            for (int start = 0; start < ids.length; start += maxTokens) {
                pieces.add(Arrays.copyOfRange(ids, start, Math.min(ids.length, start + maxTokens)));
            }
        }
        return pieces;
    }

    private static List<int[]> encode(Tokenizer tokenizer, List<String> texts) {
        return texts.parallelStream()
                .map(text -> tokenizer.encodeToIds(text, true))
                .toList();
    }
}
