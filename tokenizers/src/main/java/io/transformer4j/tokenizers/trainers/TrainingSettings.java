package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;

/** What a training aims at; see the builders of the trainers for the meaning of each. */
record TrainingSettings(
        int vocabSize,
        long minFrequency,
        int limitAlphabet,
        List<String> specialTokens,
        int maxWordLength,
        int threads) {

    TrainingSettings {
        specialTokens = List.copyOf(specialTokens);
        requireAtLeast("vocab_size", vocabSize, specialTokens.size() + 1L);
        requireAtLeast("min_frequency", minFrequency, 0);
        requireAtLeast("limit_alphabet", limitAlphabet, 1);
        requireAtLeast("max_word_length", maxWordLength, 1);
        requireAtLeast("threads", threads, 1);
    }

    static void requireAtLeast(String name, long value, long least) {
        if (value < least) {
            throw new TokenizerException(name + " must be at least " + least + ", is " + value);
        }
    }
}
