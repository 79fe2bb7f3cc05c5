package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.AddedToken;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Lowercase;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Learns byte-level BPE and returns GPT-2's tokenizer around it, which can encode any text without unknown tokens. */
public final class BpeTrainer {

    private final Builder settings;

    private BpeTrainer(Builder settings) {
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
                Integer.MAX_VALUE,
                IntStream.range(0, 256)
                        .mapToObj(b -> (int) ByteAlphabet.charOf(b))
                        .toList(),
                settings.specialTokens,
                "",
                settings.maxWordLength,
                settings.threads);
        return new Training(resolved, new WordSplitter(normalizer(), new ByteLevel(false, true, true)));
    }

    private @Nullable Normalizer normalizer() {
        return settings.lowercase ? new Lowercase() : null;
    }

    private Tokenizer tokenizer(PairMerger learnt) {
        Vocabulary vocabulary = Vocabulary.of(learnt.tokens());
        Tokenizer.Builder builder =
                Tokenizers.gpt2(new Bpe(vocabulary, learnt.merges(), Bpe.Options.none())).toBuilder()
                        .normalizer(normalizer());
        settings.specialTokens.forEach(token -> builder.addToken(AddedToken.special(vocabulary.id(token), token)));
        return builder.build();
    }

    /** Collects the settings; all have defaults. Not thread-safe. */
    public static final class Builder {

        private int vocabSize = 30_000;
        private long minFrequency = 2;
        private List<String> specialTokens = List.of(Tokenizers.END_OF_TEXT);
        private int maxWordLength = 1_000;
        private boolean lowercase;
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

        /** Whether to write all in lower case; accents stay. Default false. */
        public Builder lowercase(boolean value) {
            lowercase = value;
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
        public BpeTrainer build() {
            BpeTrainer trainer = new BpeTrainer(this);
            trainer.training(); // checks the settings
            return trainer;
        }
    }
}
