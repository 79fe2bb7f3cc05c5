package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Learns a WordPiece vocabulary and returns BERT's tokenizer around it.
 *
 * <p>Like Hugging Face's trainer it merges the commonest pair, as BPE does; the likelihood criterion of the original was never
 * published with code.
 */
public final class WordPieceTrainer extends Trainer {

    private final BertNormalizer normalizer;
    private final String continuingSubwordPrefix;
    private final int maxInputCharsPerWord;

    private WordPieceTrainer(Builder builder) {
        super(builder.settings(builder.limitAlphabet));
        TrainingSettings.requireAtLeast("max_input_chars_per_word", builder.maxInputCharsPerWord, 1);
        normalizer = new BertNormalizer(true, true, builder.stripAccents, builder.lowercase);
        continuingSubwordPrefix = builder.continuingSubwordPrefix;
        maxInputCharsPerWord = builder.maxInputCharsPerWord;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    WordSplitter splitter() {
        return new WordSplitter(normalizer, new BertPreTokenizer());
    }

    @Override
    Tokenizer learn(Map<String, Long> words, ProgressListener progress) {
        PairMerger learnt = new PairMerger(settings, List.of(), continuingSubwordPrefix, progress);
        learnt.train(words);
        Vocabulary vocabulary = Vocabulary.of(learnt.tokens());
        return Tokenizers.bertUncased(vocabulary).toBuilder()
                .normalizer(normalizer)
                .model(new WordPiece(vocabulary, "[UNK]", continuingSubwordPrefix, maxInputCharsPerWord))
                .decoder(new io.transformer4j.tokenizers.decoders.WordPiece(continuingSubwordPrefix, true))
                .build();
    }

    /** Collects the settings; all have defaults, the vocabulary's size being 30,000. Not thread-safe. */
    public static final class Builder extends Trainer.Builder<Builder> {

        private int limitAlphabet = 1_000;
        private String continuingSubwordPrefix = WordPiece.DEFAULT_PREFIX;
        private int maxInputCharsPerWord = WordPiece.DEFAULT_MAX_INPUT_CHARS_PER_WORD;
        private boolean lowercase = true;
        private @Nullable Boolean stripAccents;

        private Builder() {
            super(30_000, Tokenizers.BERT_SPECIAL_TOKENS);
        }

        @Override
        Builder self() {
            return this;
        }

        /** Most characters of the alphabet: the rarest beyond go, and the words that hold them become unknown. Default 1,000. */
        public Builder limitAlphabet(int value) {
            limitAlphabet = value;
            return this;
        }

        /** What marks pieces that continue a word. Default {@code ##}. */
        public Builder continuingSubwordPrefix(String value) {
            continuingSubwordPrefix = value;
            return this;
        }

        /** Longest word that the tokenizer will break; longer ones are unknown. Default 100. */
        public Builder maxInputCharsPerWord(int value) {
            maxInputCharsPerWord = value;
            return this;
        }

        /** Whether to write all in lower case (bert-base-uncased). Default true. */
        public Builder lowercase(boolean value) {
            lowercase = value;
            return this;
        }

        /** Whether to drop accents. Default: if all is written in lower case. */
        public Builder stripAccents(boolean value) {
            stripAccents = value;
            return this;
        }

        /**
         * Makes the trainer.
         *
         * @throws TokenizerException if a setting is out of range
         */
        public WordPieceTrainer build() {
            return new WordPieceTrainer(this);
        }
    }
}
