package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.Memory;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.Decoding;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Head;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * An encoder–decoder Transformer with an output layer over the target's vocabulary (Vaswani et al. 2017). Families add
 * their configuration and their names of the weights.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderDecoderModel<C extends Seq2SeqConfig> extends TrainableModel implements GenerativeModel {
    private final C config;
    private final Embedding sourceEmbeddings;
    private final Encoder encoder;
    private final Embedding targetEmbeddings;
    private final Decoder decoder;
    private final Parameter head;
    private final double logitScale;
    private final @Nullable Parameter headBias;

    /** A model without weights. */
    protected EncoderDecoderModel(C config) {
        this.config = config;
        EncoderDecoderSpec spec = config.spec();
        sourceEmbeddings =
                child("sourceEmbeddings", embedding(spec, spec.encoder().vocabSize()));
        encoder = child("encoder", new Encoder(spec, sourceEmbeddings));
        targetEmbeddings = child(
                "targetEmbeddings",
                spec.sharedEmbeddings()
                        ? sourceEmbeddings
                        : embedding(spec, spec.decoder().vocabSize()));
        decoder = child("decoder", new Decoder(spec, targetEmbeddings));
        logitScale = spec.logitScale();
        head = spec.head().tied()
                ? targetEmbeddings.weight()
                : parameter(
                        "head", new Parameter(spec.initializer(), spec.decoder().vocabSize(), spec.hiddenSize()));
        headBias = spec.head().biased() ? parameter("headBias", headBias(spec)) : null;
    }

    private static Embedding embedding(EncoderDecoderSpec spec, long vocabSize) {
        return new Embedding(
                vocabSize,
                spec.hiddenSize(),
                spec.paddingId() == null ? OptionalLong.empty() : OptionalLong.of(spec.paddingId()),
                spec.embeddingInitializer());
    }

    private static Parameter headBias(EncoderDecoderSpec spec) {
        boolean fixed = spec.head() == Head.TIED_WITH_FIXED_BIAS;
        long size = spec.decoder().vocabSize();
        Parameter bias = new Parameter(Initializer.constant(0), fixed ? new long[] {1, size} : new long[] {size});
        bias.setTrainable(!fixed);
        return bias;
    }

    /**
     * Encodes sources.
     *
     * @throws IllegalArgumentException if one has more tokens than the model has positions
     */
    public BaseModelOutput encode(ModelInputs sources) {
        sources.checkLength(config);
        return encoder.forward(sources.inputIds(), sources.layout());
    }

    /** Hidden states of the targets {@code inputs.decoder()}, which are predicted token by token from those before. */
    private BaseModelOutput decode(BaseModelOutput encoded, ModelInputs inputs) {
        ModelInputs targets = targets(inputs);
        List<Memory> memories = decoder.memories(encoded.lastHiddenState(), inputs.layout());
        return decoder.forward(targets.inputIds(), DecoderPass.over(targets.layout(), memories));
    }

    private ModelInputs targets(ModelInputs inputs) {
        ModelInputs targets = inputs.decoder();
        PretrainedConfig.check(targets != null, "%s needs targets for its decoder", architecture());
        targets.checkLength(config);
        int sources = inputs.layout().batchSize();
        PretrainedConfig.check(
                targets.layout().batchSize() == sources,
                "%d sources need as many targets, not %d",
                sources,
                targets.layout().batchSize());
        return targets;
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets labels, Totals totals) {
        Tensor hidden = decode(encode(inputs), inputs).lastHiddenState();
        long[] rows = labels.labelledRows();
        Tensor labelled = rows.length == labels.labels().length
                ? hidden
                : hidden.index_select(0, ModelInputs.tensor(rows, hidden.device()));
        return VocabularyLoss.of(this, scaled(labelled), head, headBias, labelSmoothing(), labels, totals);
    }

    /** Scores {@code [rows, vocabSize]} of hidden rows {@code [rows, hiddenSize]}. */
    Tensor logits(Tensor hidden) {
        Tensor rows = scaled(hidden);
        Tensor transposed = head.tensor().t();
        return headBias == null ? rows.mm(transposed) : torch.addmm(headBias.tensor(), rows, transposed);
    }

    private Tensor scaled(Tensor hidden) {
        return logitScale == 1 ? hidden : hidden.mul(new Scalar(logitScale));
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encode(inputs);
        BaseModelOutput decoded = decode(encoded, inputs);
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("encoder_last_hidden_state", encoded.lastHiddenState());
        number(outputs, "encoder_hidden_states/", encoded.hiddenStates());
        number(outputs, "decoder_hidden_states/", decoded.hiddenStates());
        outputs.put("logits", logits(decoded.lastHiddenState()));
        return outputs;
    }

    private static void number(Map<String, Tensor> outputs, String name, List<Tensor> states) {
        for (int i = 0; i < states.size(); i++) {
            outputs.put(name + i, states.get(i));
        }
    }

    /**
     * How much each target token looks at each source token: the weights of the cross-attention of each layer.
     *
     * @param inputs sources and targets
     * @return for each layer {@code [batch, heads, longest target, longest source]}
     */
    public List<Tensor> crossAttentions(ModelInputs inputs) {
        ModelInputs targets = targets(inputs);
        List<Memory> memories = decoder.memories(encode(inputs).lastHiddenState(), inputs.layout());
        List<Tensor> weights = new ArrayList<>();
        SequenceLayout layout = targets.layout();
        decoder.forward(targets.inputIds(), new DecoderPass(layout, null, layout, memories, weights));
        return weights;
    }

    @Override
    public Decoding decode(List<int[]> sources) {
        return new Seq2SeqDecoding(this, decoder, ModelInputs.of(sources, device()));
    }

    @Override
    public C config() {
        return config;
    }

    @Override
    public long targetVocabSize() {
        return config.targetVocabSize();
    }
}
