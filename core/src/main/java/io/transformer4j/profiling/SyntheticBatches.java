package io.transformer4j.profiling;

import io.transformer4j.data.Batch;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random tokens to measure a model with, labelled as its objective has it: each token for a decoder, 15 in 100 for a masked-language model
 * (Devlin et al. 2019, §3.1).
 */
final class SyntheticBatches implements Dataset {
    private static final double MASKED_PART = 0.15;
    private static final int FIRST_ORDINARY = 10; // special tokens come first in the vocabularies of all families

    private final TrainableModel model;
    private final int length;
    private final long seed;

    SyntheticBatches(TrainableModel model, int length, long seed) {
        this.model = model;
        this.length = length;
        this.seed = seed;
    }

    /** How many tokens of a sequence of {@code length} have a label. */
    static int labelled(TrainableModel model, int length) {
        return model instanceof MaskedLanguageModel ? Math.max(1, (int) Math.round(MASKED_PART * length)) : length;
    }

    @Override
    public long size() {
        return 1 << 20;
    }

    @Override
    public Example get(int epoch, long index) {
        SplittableRandom random = new SplittableRandom(seed + index);
        boolean both = model.config() instanceof Seq2SeqConfig;
        Integer next = model instanceof BertForPreTraining ? random.nextInt(2) : null;
        int[] ids = ids(random, model.config().vocabSize());
        return both
                ? new Example(index, ids, new int[length], unlabelled(), next).withDecoder(target(random, index))
                : new Example(
                        index,
                        ids,
                        new int[length],
                        labels(random, model.config().vocabSize()),
                        next);
    }

    private Example target(SplittableRandom random, long index) {
        long vocabSize = ((Seq2SeqConfig) model.config()).targetVocabSize();
        return new Example(index, ids(random, vocabSize), new int[length], labels(random, vocabSize), null);
    }

    private int[] ids(SplittableRandom random, long vocabSize) {
        int first = (int) Math.min(FIRST_ORDINARY, vocabSize - 1);
        return random.ints(length, first, (int) vocabSize).toArray();
    }

    private int[] unlabelled() {
        int[] labels = new int[length];
        Arrays.fill(labels, Batch.IGNORED);
        return labels;
    }

    private int[] labels(SplittableRandom random, long vocabSize) {
        int[] labels = unlabelled();
        int count = labelled(model, length);
        int[] ids = ids(random, vocabSize);
        for (int i = 0; i < count; i++) {
            int place = (int) ((long) i * length / count);
            labels[place] = ids[place];
        }
        return labels;
    }
}
