package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Head;

/**
 * T5 with its output layer (HF {@code T5ForConditionalGeneration}). A new model's is the table of embeddings in T5 1.0 and its own in T5
 * 1.1; a checkpoint's is its own if there is one in the file, whatever the configuration says, as in HF.
 */
public final class T5ForConditionalGeneration extends EncoderDecoderModel<T5Config> {
    private final boolean ownHead;

    /** A model without weights. */
    public T5ForConditionalGeneration(T5Config config) {
        this(config, !config.scalesOutputs());
    }

    private T5ForConditionalGeneration(T5Config config, boolean ownHead) {
        super(new T5Model(config), ownHead ? Head.OWN : Head.TIED);
        this.ownHead = ownHead;
    }

    /** None: the bare model and this one have the same keys. */
    @Override
    protected String bodyPrefix() {
        return "";
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map = WeightMap.builder();
        return ownHead ? map.add("head", "lm_head.weight").build() : map.build();
    }

    @Override
    public T5ForConditionalGeneration withOptionalParts() {
        return ownHead ? this : new T5ForConditionalGeneration(config(), true);
    }

    @Override
    public T5ForConditionalGeneration withoutOptionalParts() {
        return ownHead ? new T5ForConditionalGeneration(config(), false) : this;
    }

    @Override
    protected T5ForConditionalGeneration newInstance() {
        return new T5ForConditionalGeneration(config(), ownHead);
    }
}
