package io.transformer4j.models.seq2seq;

import io.transformer4j.models.PretrainedConfig;

/** Architecture of an encoder–decoder model. */
public interface Seq2SeqConfig extends PretrainedConfig {
    /** This architecture in the words that all families share. */
    EncoderDecoderSpec spec();

    /** Token that the decoder starts with. */
    int decoderStartTokenId();

    /** Token that ends a text. */
    int eosTokenId();

    @Override
    default void validate() {
        PretrainedConfig.super.validate();
        spec();
    }

    /** Number of token ids of the target. */
    default long targetVocabSize() {
        return spec().decoder().vocabSize();
    }

    @Override
    default long hiddenSize() {
        return spec().hiddenSize();
    }

    @Override
    default int numHiddenLayers() {
        return spec().encoder().layers();
    }

    @Override
    default int numAttentionHeads() {
        return spec().encoder().attention().numAttentionHeads();
    }

    @Override
    default long intermediateSize() {
        return spec().encoder().feedForward().intermediateSize();
    }
}
