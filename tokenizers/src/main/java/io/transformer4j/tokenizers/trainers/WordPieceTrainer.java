package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Learns a WordPiece vocabulary and returns BERT's tokenizer around it.
 *
 * <p>Like Hugging Face's trainer it merges the commonest pair, as BPE does; the likelihood criterion of the original was never
 * published with code.
 */
public final class WordPieceTrainer {

    private final Builder settings;

    private WordPieceTrainer(Builder settings) {
        this.settings = settings;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains on text files, {@code .gz} among them, line by line; they may be larger than memory.
     *
     * @throws TokenizerException if a file can't be read or there is no text in them
     */
    public Tokenizer train(List<Path> files, ProgressListener progress) {
        return tokenizer(training().run(files, progress));
    }

    /** Trains on texts, which are taken one after the other. */
    public Tokenizer train(Stream<String> texts, ProgressListener progress) {
        return train(texts.iterator(), progress);
    }

    /** Trains on texts, which are taken one after the other. */
    public Tokenizer train(Iterator<String> texts, ProgressListener progress) {
        return tokenizer(training().run(texts, progress));
    }

    private Training training() {
        TrainingSettings resolved = new TrainingSettings(
                settings.vocabSize,
                settings.minFrequency,
                settings.limitAlphabet,
                List.of(),
                settings.specialTokens,
                settings.continuingSubwordPrefix,
                settings.maxWordLength,
                settings.threads);
        return new Training(resolved, new WordSplitter(normalizer(), new BertPreTokenizer()));
    }

    private BertNormalizer normalizer() {
        return new BertNormalizer(true, true, settings.stripAccents, settings.lowercase);
    }

    private Tokenizer tokenizer(PairMerger learnt) {
        Vocabulary vocabulary = Vocabulary.of(learnt.tokens());
        return Tokenizers.bertUncased(vocabulary).toBuilder()
                .normalizer(normalizer())
                .model(new WordPiece(
                        vocabulary, "[UNK]", settings.continuingSubwordPrefix, settings.maxInputCharsPerWord))
                .decoder(new io.transformer4j.tokenizers.decoders.WordPiece(settings.continuingSubwordPrefix, true))
                .build();
    }

    /** Collects the settings; all have defaults. Not thread-safe. */
    public static final class Builder {

        private int vocabSize = 30_000;
        private long minFrequency = 2;
        private int limitAlphabet = 1_000;
        private List<String> specialTokens = Tokenizers.BERT_SPECIAL_TOKENS;
        private String continuingSubwordPrefix = WordPiece.DEFAULT_PREFIX;
        private int maxInputCharsPerWord = WordPiece.DEFAULT_MAX_INPUT_CHARS_PER_WORD;
        private int maxWordLength = 1_000;
        private boolean lowercase = true;
        private @Nullable Boolean stripAccents;
        private int threads = Runtime.getRuntime().availableProcessors();

        private Builder() {}

        /** Size of the vocabulary, special tokens and alphabet included; it stays smaller if pairs run out. Default 30,000. */
        public Builder vocabSize(int value) {
            vocabSize = value;
            return this;
        }

        /** Pairs seen less often than this aren't merged. Default 2. */
        public Builder minFrequency(long value) {
            minFrequency = value;
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

        /** Tokens that get the first ids, in this order, whatever the text says. */
        public Builder specialTokens(List<String> value) {
            specialTokens = List.copyOf(value);
            return this;
        }

        /** Words longer than this, in characters, aren't learnt from. Default 1,000. */
        public Builder maxWordLength(int value) {
            maxWordLength = value;
            return this;
        }

        /** Threads that count words; the result doesn't depend on it. Default: all processors. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * Makes the trainer.
         *
         * @throws TokenizerException if a setting is out of range
         */
        public WordPieceTrainer build() {
            WordPieceTrainer trainer = new WordPieceTrainer(this);
            trainer.training(); // checks the settings
            return trainer;
        }
    }
}
