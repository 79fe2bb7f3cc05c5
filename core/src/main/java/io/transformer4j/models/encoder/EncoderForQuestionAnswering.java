package io.transformer4j.models.encoder;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Initializer;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder that finds a span: how likely each token is its first, and its last (Devlin et al. 2019, §4.2).
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderForQuestionAnswering<C extends PretrainedConfig> extends EncoderTask<C> {
    private static final int START_AND_END = 2;

    private final TokenHead head;

    /** A model without weights on {@code encoder}, with {@code dropout} before the last layer. */
    protected EncoderForQuestionAnswering(EncoderModel<C> encoder, double dropout, Initializer initializer) {
        super(encoder);
        head = child("head", new TokenHead(encoder.config().hiddenSize(), START_AND_END, dropout, initializer));
    }

    /**
     * Scores of every token.
     *
     * @param startLogits {@code [tokens]}
     * @param endLogits {@code [tokens]}
     */
    public record Output(Tensor startLogits, Tensor endLogits) {}

    /** Scores of every token. */
    public final Output forward(ModelInputs inputs) {
        return output(head.forward(encoder().forward(inputs).lastHiddenState()));
    }

    private static Output output(Tensor logits) {
        return new Output(logits.select(1, 0), logits.select(1, 1));
    }

    /**
     * The mean of the cross entropies of both ends, each over the tokens of its sequence. HF pads sequences and has the
     * padding in this softmax too; so does this method if the layout has padding.
     */
    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        Tensor logits = head.forward(encoder().forward(inputs).lastHiddenState());
        return ClassificationLoss.ofSpans(logits, inputs.layout(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Output spans = output(head.forward(encoded.lastHiddenState()));
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("start_logits", spans.startLogits());
        outputs.put("end_logits", spans.endLogits());
        return outputs;
    }

    @Override
    protected final WeightMap headWeights() {
        return WeightMap.builder().addPair("classifier", "qa_outputs").build();
    }
}
