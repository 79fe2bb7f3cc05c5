package io.transformer4j.training;

import io.transformer4j.data.Batch;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataCollatorForLanguageModeling;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.data.Fingerprint;
import io.transformer4j.data.SpecialTokens;
import io.transformer4j.data.TextEncoder;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.torch.Devices;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Models that train in milliseconds a step, with dropout, and sequences of different lengths for them. */
enum TinyModels {
    BERT {
        @Override
        TrainableModel build(double dropout, int layers) {
            return new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(VOCAB_SIZE)
                    .hiddenSize(16)
                    .numHiddenLayers(layers)
                    .numAttentionHeads(2)
                    .intermediateSize(32)
                    .maxPositionEmbeddings(MAX_LENGTH)
                    .hiddenDropoutProb(dropout)
                    .attentionProbsDropoutProb(dropout)));
        }

        @Override
        int[] labels(int[] ids) {
            return new int[0];
        }

        @Override
        DataCollator collator(long seed) {
            return new DataCollatorForLanguageModeling(new Numbers(), 0.15, false, seed);
        }
    },
    GPT2 {
        @Override
        TrainableModel build(double dropout, int layers) {
            return new GPT2LMHeadModel(GPT2Config.SMALL.with(c -> c.vocabSize(VOCAB_SIZE)
                    .nEmbd(16)
                    .nLayer(layers)
                    .nHead(2)
                    .nPositions(MAX_LENGTH)
                    .eosTokenId(SPECIAL.eos())
                    .residPdrop(dropout)
                    .embdPdrop(dropout)
                    .attnPdrop(dropout)));
        }

        @Override
        int[] labels(int[] ids) {
            int[] next = Arrays.copyOfRange(ids, 1, ids.length + 1);
            next[ids.length - 1] = Batch.IGNORED;
            return next;
        }

        @Override
        DataCollator collator(long seed) {
            return DataCollator.DEFAULT;
        }
    };

    static final int VOCAB_SIZE = 40;
    static final int MAX_LENGTH = 24;
    private static final SpecialTokens SPECIAL = new SpecialTokens(0, 1, 2, 3, 4, 5);
    private static final int FIRST_NUMBER = 6;

    abstract TrainableModel build(double dropout, int layers);

    abstract int[] labels(int[] ids);

    abstract DataCollator collator(long seed);

    /** A model of two layers with weights. */
    TrainableModel withWeights(double dropout) {
        return withWeights(dropout, 2);
    }

    /** A model with weights. */
    TrainableModel withWeights(double dropout, int layers) {
        TrainableModel model = build(dropout, layers);
        model.initializeWeights(7, Devices.cpu());
        return model;
    }

    /** Sequences that count up from a random number, so that there is something to learn. */
    Dataset data(int size, long seed) {
        return new Dataset() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Example get(int epoch, long index) {
                SplittableRandom random = new SplittableRandom(seed + index);
                int[] ids = new int[random.nextInt(4, MAX_LENGTH)];
                int number = random.nextInt(VOCAB_SIZE);
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = FIRST_NUMBER + (number + i) % (VOCAB_SIZE - FIRST_NUMBER);
                }
                int[] labels = labels(ids);
                return new Example(index, ids, new int[ids.length], labels.length == 0 ? null : labels, null);
            }
        };
    }

    /** A vocabulary without a text behind it. */
    private record Numbers() implements TextEncoder {
        @Override
        public int[] encode(String text) {
            throw new UnsupportedOperationException("there is no text");
        }

        @Override
        public int vocabSize() {
            return VOCAB_SIZE;
        }

        @Override
        public boolean continuesWord(int id) {
            return false;
        }

        @Override
        public SpecialTokens specialTokens() {
            return SPECIAL;
        }

        @Override
        public Fingerprint fingerprint() {
            return Fingerprint.of(new byte[0]);
        }
    }
}
