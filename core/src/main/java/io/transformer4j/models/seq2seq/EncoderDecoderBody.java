package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.Memory;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.nn.Embedding;
import io.transformer4j.torch.TensorData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder–decoder Transformer without output layer (Vaswani et al. 2017). Families add their configuration and their names
 * of the weights.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderDecoderBody<C extends Seq2SeqConfig> extends BodyModel<C> {
    private final Encoder encoder;
    private final Embedding targetEmbeddings;
    private final Decoder decoder;

    /** A model without weights. */
    protected EncoderDecoderBody(C config) {
        super(config);
        EncoderDecoderSpec spec = config.spec();
        Embedding sourceEmbeddings =
                child("sourceEmbeddings", embedding(spec, spec.encoder().vocabSize()));
        encoder = child("encoder", new Encoder(spec, sourceEmbeddings));
        targetEmbeddings = child(
                "targetEmbeddings",
                spec.sharedEmbeddings()
                        ? sourceEmbeddings
                        : embedding(spec, spec.decoder().vocabSize()));
        decoder = child("decoder", new Decoder(spec, targetEmbeddings));
    }

    static Embedding embedding(EncoderDecoderSpec spec, long vocabSize) {
        return new Embedding(
                vocabSize,
                spec.hiddenSize(),
                spec.paddingId() == null ? OptionalLong.empty() : OptionalLong.of(spec.paddingId()),
                spec.embeddingInitializer());
    }

    /**
     * Encodes sources.
     *
     * @throws IllegalArgumentException if one has more tokens than the model has positions
     */
    public final BaseModelOutput encode(ModelInputs sources) {
        sources.checkLength(config());
        return encoder.forward(sources.inputIds(), sources.layout());
    }

    /** Hidden states of the decoder, for the targets {@code inputs.decoder()}. */
    @Override
    public final BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates) {
        return decode(encode(inputs), inputs);
    }

    /**
     * The same inputs with targets for the decoder: unless there are some, each source behind the start token and without its
     * last token, as in HF.
     */
    final ModelInputs withTargets(ModelInputs inputs) {
        if (inputs.decoder() != null) {
            return inputs;
        }
        long[] sources = TensorData.longs(inputs.inputIds());
        long[] ids = new long[sources.length];
        System.arraycopy(sources, 0, ids, 1, ids.length - 1);
        for (long first : inputs.layout().firstRows()) {
            ids[(int) first] = config().decoderStartTokenId();
        }
        Device device = inputs.inputIds().device();
        return inputs.withDecoder(ModelInputs.of(ids, new long[ids.length], null, inputs.layout(), device));
    }

    /** Hidden states of the targets {@code inputs.decoder()}, which are predicted token by token from those before. */
    final BaseModelOutput decode(BaseModelOutput encoded, ModelInputs inputs) {
        ModelInputs targets = targets(inputs);
        List<Memory> memories = decoder.memories(encoded.lastHiddenState(), inputs.layout());
        return decoder.forward(targets.inputIds(), DecoderPass.over(targets.layout(), memories));
    }

    /** What the decoder gets, if it fits the sources. */
    final ModelInputs targets(ModelInputs inputs) {
        ModelInputs targets = inputs.decoder();
        PretrainedConfig.check(targets != null, "%s needs targets for its decoder", architecture());
        targets.checkLength(config());
        int sources = inputs.layout().batchSize();
        PretrainedConfig.check(
                targets.layout().batchSize() == sources,
                "%d sources need as many targets, not %d",
                sources,
                targets.layout().batchSize());
        return targets;
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encode(inputs);
        BaseModelOutput decoded = decode(encoded, inputs);
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("encoder_last_hidden_state", encoded.lastHiddenState());
        number(outputs, "encoder_hidden_states/", encoded.hiddenStates());
        number(outputs, "decoder_hidden_states/", decoded.hiddenStates());
        outputs.put("last_hidden_state", decoded.lastHiddenState());
        return outputs;
    }

    private static void number(Map<String, Tensor> outputs, String name, List<Tensor> states) {
        for (int i = 0; i < states.size(); i++) {
            outputs.put(name + i, states.get(i));
        }
    }

    /** The weights of the cross-attention; see {@link EncoderDecoderModel#crossAttentions}. */
    final List<Tensor> crossAttentions(ModelInputs inputs) {
        ModelInputs targets = targets(inputs);
        List<Memory> memories = decoder.memories(encode(inputs).lastHiddenState(), inputs.layout());
        List<Tensor> weights = new ArrayList<>();
        SequenceLayout layout = targets.layout();
        decoder.forward(targets.inputIds(), new DecoderPass(layout, null, layout, memories, weights));
        return weights;
    }

    /** The token embeddings of the decoder, which an output layer may share. */
    final Embedding targetEmbeddings() {
        return targetEmbeddings;
    }

    final Decoder decoder() {
        return decoder;
    }
}
