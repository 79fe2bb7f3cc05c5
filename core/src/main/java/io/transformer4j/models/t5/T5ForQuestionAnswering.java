package io.transformer4j.models.t5;

import io.transformer4j.models.seq2seq.EncoderDecoderForQuestionAnswering;
import io.transformer4j.nn.Initializer;

/** T5 that finds answers in texts (HF {@code T5ForQuestionAnswering}). */
public final class T5ForQuestionAnswering extends EncoderDecoderForQuestionAnswering<T5Config> {
    /** A model without weights. */
    public T5ForQuestionAnswering(T5Config config) {
        super(
                new T5Model(config),
                Initializer.normal(config.initializerFactor() / Math.sqrt((double) config.dModel())));
    }

    /** None: the bare model and this one have the same keys. */
    @Override
    protected String bodyPrefix() {
        return "";
    }

    @Override
    protected T5ForQuestionAnswering newInstance() {
        return new T5ForQuestionAnswering(config());
    }
}
