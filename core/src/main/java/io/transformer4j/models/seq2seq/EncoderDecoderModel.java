package io.transformer4j.models.seq2seq;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.Decoding;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Head;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * An encoder–decoder Transformer with an output layer over the target's vocabulary (Vaswani et al. 2017).
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderDecoderModel<C extends Seq2SeqConfig> extends TrainableModel implements GenerativeModel {
    private final EncoderDecoderBody<C> body;
    private final Parameter head;
    private final double logitScale;
    private final @Nullable Parameter headBias;

    /** A model without weights on {@code body}, with the output layer that the configuration asks for. */
    protected EncoderDecoderModel(EncoderDecoderBody<C> body) {
        this(body, body.config().spec().head());
    }

    /** A model without weights on {@code body}, with a given output layer. */
    protected EncoderDecoderModel(EncoderDecoderBody<C> body, Head outputs) {
        this.body = child("body", body);
        EncoderDecoderSpec spec = body.config().spec();
        logitScale = spec.logitScale();
        head = matrix(
                outputs.tied()
                        ? body.targetEmbeddings().weight()
                        : parameter(
                                "head",
                                new Parameter(spec.initializer(), spec.decoder().vocabSize(), spec.hiddenSize())));
        headBias = outputs.biased()
                ? parameter("headBias", headBias(spec.decoder().vocabSize(), !outputs.trainsBias()))
                : null;
    }

    private static Parameter headBias(long size, boolean fixed) {
        Parameter bias = new Parameter(Initializer.constant(0), fixed ? new long[] {1, size} : new long[] {size});
        bias.setTrainable(!fixed);
        return bias;
    }

    /**
     * Encodes sources.
     *
     * @throws IllegalArgumentException if one has more tokens than the model has positions
     */
    public final BaseModelOutput encode(ModelInputs sources) {
        return body.encode(sources);
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets labels, Totals totals) {
        Tensor hidden = body.decode(encode(inputs), inputs).lastHiddenState();
        long[] rows = labels.labelledRows();
        Tensor labelled = rows.length == labels.labels().length
                ? hidden
                : hidden.index_select(0, ModelInputs.tensor(rows, hidden.device()));
        return VocabularyLoss.of(this, scaled(labelled), head, headBias, labelSmoothing(), labels, totals);
    }

    /** Scores {@code [rows, vocabSize]} of hidden rows {@code [rows, hiddenSize]}. */
    Tensor logits(Tensor hidden) {
        return head.product(scaled(hidden), headBias);
    }

    private Tensor scaled(Tensor hidden) {
        return logitScale == 1 ? hidden : hidden.mul(new Scalar(logitScale));
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        Map<String, Tensor> outputs = body.outputs(inputs);
        outputs.put("logits", logits(outputs.get("last_hidden_state")));
        return outputs;
    }

    /**
     * How much each target token looks at each source token: the weights of the cross-attention of each layer.
     *
     * @param inputs sources and targets
     * @return for each layer {@code [batch, heads, longest target, longest source]}
     */
    public List<Tensor> crossAttentions(ModelInputs inputs) {
        return body.crossAttentions(inputs);
    }

    @Override
    public Decoding decode(List<int[]> sources) {
        return new Seq2SeqDecoding(this, body.decoder(), ModelInputs.of(sources, device()));
    }

    /** The model below the output layer. */
    public final EncoderDecoderBody<C> body() {
        return body;
    }

    /** Names of the output layer's weights {@code head} and {@code headBias}, as far as it has its own. */
    protected abstract WeightMap headWeights();

    /** What the body's keys have before them in a checkpoint of this model. */
    protected String bodyPrefix() {
        return baseModelPrefix();
    }

    @Override
    public final String baseModelPrefix() {
        return body.baseModelPrefix();
    }

    @Override
    public final WeightMap weightMap() {
        return headWeights().and(body.weightMap().prefixed("body.", bodyPrefix()));
    }

    @Override
    public final C config() {
        return body.config();
    }

    @Override
    public long targetVocabSize() {
        return config().targetVocabSize();
    }
}
