package io.transformer4j.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Masks tokens for masked-language modelling (Devlin et al. 2019, §3.1): of the tokens that aren't special ones, the given
 * share is drawn without replacement, at least one for each sequence; of those, 80 % become [MASK], 10 % a random token, and
 * 10 % stay; all of them are labelled with what they were. Where the share isn't a whole number of tokens it is rounded at
 * random, so that it holds on average. Draws depend on seed, epoch and example only. Immutable and thread-safe.
 */
public final class DataCollatorForLanguageModeling implements DataCollator {
    private static final double MASKED = 0.8;
    private static final double MASKED_OR_RANDOM = 0.9;

    private final double mlmProbability;
    private final boolean wholeWords;
    private final long seed;
    private final int vocabSize;
    private final int maskId;
    private final SpecialTokens special;
    private final BitSet continuesWord = new BitSet();

    /**
     * @param mlmProbability share of the tokens to predict, in (0, 1]; 0.15 in BERT
     * @param wholeWords whether the tokens of a word are chosen together; a word that would exceed the share is passed over,
     *     as in BERT
     */
    public DataCollatorForLanguageModeling(TextEncoder encoder, double mlmProbability, boolean wholeWords, long seed) {
        if (!(mlmProbability > 0 && mlmProbability <= 1)) {
            throw new IllegalArgumentException("mlmProbability must be in (0, 1], not " + mlmProbability);
        }
        this.mlmProbability = mlmProbability;
        this.wholeWords = wholeWords;
        this.seed = seed;
        vocabSize = encoder.vocabSize();
        special = encoder.specialTokens();
        maskId = SpecialTokens.require(special.mask(), "[MASK]", "masked-language modelling");
        for (int id = 0; id < vocabSize; id++) {
            continuesWord.set(id, wholeWords && encoder.continuesWord(id));
        }
    }

    @Override
    public Batch collate(int epoch, List<Example> examples) {
        return Batch.of(examples.stream().map(example -> mask(epoch, example)).toList());
    }

    private Example mask(int epoch, Example example) {
        SplitMix64 random = Randomness.MASKS.of(seed, epoch, example.index());
        int[] inputIds = example.inputIds().clone();
        int[] labels = new int[inputIds.length];
        Arrays.fill(labels, Batch.IGNORED);
        boolean[] chosen = choose(inputIds, random);
        for (int i = 0; i < inputIds.length; i++) {
            if (chosen[i]) {
                labels[i] = inputIds[i];
                inputIds[i] = replacement(inputIds[i], random);
            }
        }
        return new Example(example.index(), inputIds, example.tokenTypeIds(), labels, example.nextSentenceLabel());
    }

    private boolean[] choose(int[] ids, SplitMix64 random) {
        int[] wordStarts = new int[ids.length]; // a word is a single token unless whole words are asked for
        int words = 0;
        int maskable = 0;
        for (int i = 0; i < ids.length; i++) {
            if (!special.contains(ids[i])) {
                maskable++;
                if (!continues(ids, i)) {
                    wordStarts[words++] = i;
                }
            }
        }
        int budget = Math.max(1, (int) (maskable * mlmProbability + random.nextDouble()));
        boolean[] chosen = new boolean[ids.length];
        int count = 0;
        random.shufflePrefix(wordStarts, words, wholeWords ? words : Math.min(budget, words));
        for (int w = 0; w < words && count < budget; w++) {
            int end = wordEnd(ids, wordStarts[w]);
            if (count + end - wordStarts[w] <= budget) {
                Arrays.fill(chosen, wordStarts[w], end, true);
                count += end - wordStarts[w];
            }
        }
        if (count == 0 && words > 0) { // every word is longer than the budget
            Arrays.fill(chosen, wordStarts[0], wordEnd(ids, wordStarts[0]), true);
        }
        return chosen;
    }

    private boolean continues(int[] ids, int i) {
        return i > 0 && continuesWord.get(ids[i]) && !special.contains(ids[i - 1]);
    }

    private int wordEnd(int[] ids, int start) {
        int end = start + 1;
        while (end < ids.length && continues(ids, end)) {
            end++;
        }
        return end;
    }

    private int replacement(int id, SplitMix64 random) {
        double draw = random.nextDouble();
        if (draw < MASKED) {
            return maskId;
        }
        if (draw >= MASKED_OR_RANDOM) {
            return id;
        }
        int other;
        do {
            other = random.nextInt(vocabSize);
        } while (special.contains(other));
        return other;
    }
}
