package io.transformer4j.models.t5;

import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;

/** T5 with its output layer (HF {@code T5ForConditionalGeneration}). */
public final class T5ForConditionalGeneration extends EncoderDecoderModel<T5Config> {
    /** A model without weights. */
    public T5ForConditionalGeneration(T5Config config) {
        super(new T5Model(config));
    }

    /** None: the bare model and this one have the same keys. */
    @Override
    protected String bodyPrefix() {
        return "";
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map = WeightMap.builder();
        return config().tied() ? map.build() : map.add("head", "lm_head.weight").build();
    }

    @Override
    protected T5ForConditionalGeneration newInstance() {
        return new T5ForConditionalGeneration(config());
    }
}
