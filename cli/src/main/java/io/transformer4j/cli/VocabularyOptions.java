package io.transformer4j.cli;

import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import picocli.CommandLine.Option;

/** Options of the vocabularies that a new encoder–decoder learns from its training data. */
final class VocabularyOptions {
    @Option(
            names = "--tokenizer-type",
            paramLabel = "TYPE",
            defaultValue = "bpe",
            description = "Vocabulary to learn: bpe (on bytes), wordpiece or unigram (default: ${DEFAULT-VALUE}).")
    private String tokenizerType = "bpe";

    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            defaultValue = "8000",
            description = "Most tokens of a vocabulary (default: ${DEFAULT-VALUE}).")
    private int vocabSize;

    @Option(
            names = "--joint-vocab",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "One vocabulary and one table of embeddings for both sides (default: ${DEFAULT-VALUE}).")
    private boolean jointVocab;

    /** What to learn from pairs. */
    Seq2SeqTokenizers.Settings ofPairs(boolean lowercase) {
        return new Seq2SeqTokenizers.Settings(type(), vocabSize, jointVocab, lowercase, false);
    }

    /** What to learn for denoising, whose sides have the same texts. */
    Seq2SeqTokenizers.Settings ofDenoising(boolean lowercase) {
        return new Seq2SeqTokenizers.Settings(type(), vocabSize, true, lowercase, true);
    }

    private Seq2SeqTokenizers.Type type() {
        return Seq2SeqTokenizers.Type.of(tokenizerType);
    }
}
