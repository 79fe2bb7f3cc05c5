package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.heads.QuestionAnsweringModel;
import io.transformer4j.nn.Initializer;

/**
 * An encoder–decoder that finds answers: the decoder reads the text once more, and its hidden states are scored (Lewis et al.
 * 2020, §3.1).
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderDecoderForQuestionAnswering<C extends Seq2SeqConfig>
        extends QuestionAnsweringModel.WithLinearHead<C> {
    private final EncoderDecoderBody<C> body;

    /** A model without weights on {@code body}. */
    protected EncoderDecoderForQuestionAnswering(EncoderDecoderBody<C> body, Initializer initializer) {
        super(body, 0, initializer);
        this.body = body;
    }

    @Override
    protected final ModelInputs prepared(ModelInputs inputs) {
        return body.withTargets(inputs);
    }

    @Override
    protected final SequenceLayout layout(ModelInputs inputs) {
        return body.targets(inputs).layout();
    }
}
