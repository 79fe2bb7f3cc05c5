package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Learns a vocabulary from text and returns a ready tokenizer. What is learnt depends on the text alone: not on the number of threads, nor
 * on the order of the lines.
 */
public abstract sealed class Trainer permits BpeTrainer, UnigramTrainer, WordPieceTrainer {

    final TrainingSettings settings;

    Trainer(TrainingSettings settings) {
        this.settings = settings;
    }

    /**
     * Trains on text files, {@code .gz} among them, line by line; they may be larger than memory.
     *
     * @throws TokenizerException if a file can't be read or there is no text in them
     */
    public final Tokenizer train(List<Path> files, ProgressListener progress) {
        try (TextFiles lines = new TextFiles(files)) {
            return train(lines, progress);
        } catch (IOException | UncheckedIOException e) {
            throw new TokenizerException("cannot read the training text: " + e.getMessage(), e);
        }
    }

    /** Trains on texts, which are taken one after the other. */
    public final Tokenizer train(Stream<String> texts, ProgressListener progress) {
        return train(texts.iterator(), progress);
    }

    /** Trains on texts, which are taken one after the other. */
    public final Tokenizer train(Iterator<String> texts, ProgressListener progress) {
        progress.stage("count words");
        Map<String, Long> words = new WordCounter(splitter(), settings.threads(), progress).count(texts);
        if (words.isEmpty()) {
            throw new TokenizerException("there is nothing to train on: the text has no words");
        }
        return learn(words, progress);
    }

    /** How texts become words. */
    abstract WordSplitter splitter();

    /** The tokenizer for words with their counts, which are in the order of their UTF-16 units. */
    abstract Tokenizer learn(Map<String, Long> words, ProgressListener progress);

    /**
     * Settings that all trainers have, each with a default. Not thread-safe.
     *
     * @param <B> the builder itself
     */
    public abstract static sealed class Builder<B extends Builder<B>>
            permits BpeTrainer.Builder, UnigramTrainer.Builder, WordPieceTrainer.Builder {

        private int vocabSize;
        private List<String> specialTokens;
        private long minFrequency = 2;
        private int maxWordLength = 1_000;
        private int threads = Runtime.getRuntime().availableProcessors();

        Builder(int vocabSize, List<String> specialTokens) {
            this.vocabSize = vocabSize;
            this.specialTokens = specialTokens;
        }

        abstract B self();

        /** Size of the vocabulary, special tokens and alphabet included; it stays smaller if the text has too little to learn. */
        public final B vocabSize(int value) {
            vocabSize = value;
            return self();
        }

        /** What occurs less often than this isn't made a token; the alphabet is, in any case. Default 2. */
        public final B minFrequency(long value) {
            minFrequency = value;
            return self();
        }

        /** Tokens that get the first ids, in this order, whatever the text says. */
        public final B specialTokens(List<String> value) {
            specialTokens = List.copyOf(value);
            return self();
        }

        /** Words longer than this, in characters, aren't learnt from. Default 1,000. */
        public final B maxWordLength(int value) {
            maxWordLength = value;
            return self();
        }

        /** Threads to work on; the result doesn't depend on it. Default: all processors. */
        public final B threads(int value) {
            threads = value;
            return self();
        }

        /** What was set, checked. */
        final TrainingSettings settings(int limitAlphabet) {
            return new TrainingSettings(vocabSize, minFrequency, limitAlphabet, specialTokens, maxWordLength, threads);
        }
    }
}
