package io.transformer4j.models.seq2seq;

import io.transformer4j.models.BareModel;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.nn.Embedding;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The encoder of an encoder–decoder by itself.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderOnlyModel<C extends Seq2SeqConfig> extends BodyModel<C> implements BareModel {
    private final Encoder encoder;

    /** A model without weights. */
    protected EncoderOnlyModel(C config) {
        super(config);
        EncoderDecoderSpec spec = config.spec();
        Embedding embeddings = child(
                "sourceEmbeddings",
                EncoderDecoderBody.embedding(spec, spec.encoder().vocabSize()));
        encoder = child("encoder", new Encoder(spec, embeddings));
    }

    @Override
    public final BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates) {
        inputs.checkLength(config());
        BaseModelOutput encoded = encoder.forward(inputs.inputIds(), inputs.layout());
        return outputHiddenStates ? encoded : new BaseModelOutput(encoded.lastHiddenState(), List.of());
    }

    @Override
    public final List<Tensor> attentions(ModelInputs inputs) {
        inputs.checkLength(config());
        return encoder.attentions(inputs.inputIds(), inputs.layout());
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        return forward(inputs, true).named();
    }
}
