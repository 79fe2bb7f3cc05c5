package io.transformer4j.data;

import static java.util.Objects.checkIndex;

import java.util.Arrays;
import java.util.List;

/**
 * Texts with noise, from which an encoder–decoder restores them (BART, Lewis et al. 2020, §2.2): their sentences come in another
 * order, and some spans of tokens, whose lengths follow a Poisson distribution, are each replaced by one mask. Spans may be
 * empty: then a mask stands where nothing is missing. The noise of a text differs from epoch to epoch.
 */
public final class DenoisingDataset implements Dataset {
    private static final int ATTEMPTS_PER_TOKEN = 4;

    private final List<List<int[]>> texts;
    private final Settings settings;

    /**
     * How much noise, and which tokens.
     *
     * @param maskedShare part of the tokens that spans cover
     * @param meanSpanLength of the Poisson distribution
     * @param permuteSentences whether sentences come in another order
     * @param maskTokenId stands for a span
     * @param eosTokenId ends source and target
     * @param decoderStartTokenId what the decoder starts with
     * @param seed of the noise
     */
    public record Settings(
            double maskedShare,
            double meanSpanLength,
            boolean permuteSentences,
            int maskTokenId,
            int eosTokenId,
            int decoderStartTokenId,
            long seed) {
        /** Checks the amounts. */
        public Settings {
            if (!(maskedShare >= 0 && maskedShare < 1)) {
                throw new IllegalArgumentException("maskedShare must be in [0, 1), but is " + maskedShare);
            }
            if (!(meanSpanLength > 0)) {
                throw new IllegalArgumentException("meanSpanLength must be positive, but is " + meanSpanLength);
            }
        }
    }

    /**
     * @param texts each a list of sentences, without special tokens; none of them empty
     * @throws IllegalArgumentException if there is no text, or one has no token
     */
    public DenoisingDataset(List<List<int[]>> texts, Settings settings) {
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("denoising needs at least one text");
        }
        this.texts = texts.stream().map(List::copyOf).toList();
        for (int i = 0; i < this.texts.size(); i++) {
            if (this.texts.get(i).stream().allMatch(sentence -> sentence.length == 0)) {
                throw new IllegalArgumentException("text " + i + " has no token");
            }
        }
        this.settings = settings;
    }

    @Override
    public long size() {
        return texts.size();
    }

    @Override
    public Example get(int epoch, long index) {
        List<int[]> sentences = texts.get((int) checkIndex(index, size()));
        SplitMix64 random = Randomness.NOISE.of(settings.seed, epoch, index);
        int[] order = new int[sentences.size()];
        Arrays.setAll(order, i -> i);
        int[] labels = joined(sentences, order);
        if (settings.permuteSentences) {
            random.shufflePrefix(order, order.length, order.length);
        }
        int[] source = masked(joined(sentences, order), labels.length, random);
        int[] inputs = new int[labels.length];
        inputs[0] = settings.decoderStartTokenId;
        System.arraycopy(labels, 0, inputs, 1, labels.length - 1);
        Example decoder = new Example(index, inputs, new int[inputs.length], labels, null);
        return new Example(index, source, new int[source.length], null, null).withDecoder(decoder);
    }

    /** The sentences in this order, and the token that ends a text. */
    private int[] joined(List<int[]> sentences, int[] order) {
        int length = sentences.stream().mapToInt(sentence -> sentence.length).sum();
        IdBuffer ids = new IdBuffer(length + 1);
        for (int i : order) {
            ids.add(sentences.get(i), 0, sentences.get(i).length);
        }
        return ids.add(settings.eosTokenId).toArray();
    }

    /**
     * Replaces spans; the ending token stays.
     *
     * @param limit most tokens of the result, which empty spans could exceed
     */
    private int[] masked(int[] ids, int limit, SplitMix64 random) {
        int length = ids.length - 1;
        boolean[] hidden = new boolean[length];
        int[] masksBefore = new int[length];
        long left = Math.round(settings.maskedShare * length);
        for (int attempt = 0; left > 0 && attempt < ATTEMPTS_PER_TOKEN * length; attempt++) {
            int span = (int) Math.min(poisson(random), left);
            int start = random.nextInt(length - Math.max(span, 1) + 1);
            if (isFree(hidden, start, span)) {
                Arrays.fill(hidden, start, start + span, true);
                masksBefore[start]++;
                left -= Math.max(1, span);
            }
        }
        IdBuffer result = new IdBuffer(ids.length);
        for (int i = 0; i < length; i++) {
            for (int mask = 0; mask < masksBefore[i]; mask++) {
                result.add(settings.maskTokenId);
            }
            if (!hidden[i]) {
                result.add(ids[i]);
            }
        }
        int[] noisy = result.add(settings.eosTokenId).toArray();
        if (noisy.length <= limit) {
            return noisy;
        }
        int[] cut = Arrays.copyOf(noisy, limit);
        cut[limit - 1] = settings.eosTokenId;
        return cut;
    }

    private static boolean isFree(boolean[] hidden, int start, int span) {
        for (int i = start; i < start + Math.max(1, span); i++) {
            if (hidden[i]) {
                return false;
            }
        }
        return true;
    }

    /** Multiplies uniform numbers until the product falls below {@code e^-mean} (Knuth 1997, §3.4.1). */
    private int poisson(SplitMix64 random) {
        double limit = Math.exp(-settings.meanSpanLength);
        int count = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }
}
