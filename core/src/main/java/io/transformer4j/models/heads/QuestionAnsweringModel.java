package io.transformer4j.models.heads;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Initializer;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that finds a span: how likely each token is its first, and its last (Devlin et al. 2019, §4.2).
 *
 * @param <C> the family's configuration
 */
public abstract class QuestionAnsweringModel<C extends PretrainedConfig> extends TaskModel<C> {
    /** Scores of a token: as the first, and as the last. */
    protected static final int START_AND_END = 2;

    /** A model without weights on {@code body}. */
    protected QuestionAnsweringModel(BodyModel<C> body) {
        super(body);
    }

    /**
     * Scores of every token.
     *
     * @param startLogits {@code [tokens]}
     * @param endLogits {@code [tokens]}
     */
    public record Output(Tensor startLogits, Tensor endLogits) {}

    /** The head: hidden states {@code [tokens, hiddenSize]} to scores {@code [tokens, 2]}. */
    protected abstract Tensor scores(Tensor hidden, ModelInputs inputs);

    /** What the body gets; families may fill in what the inputs leave open. */
    protected ModelInputs prepared(ModelInputs inputs) {
        return inputs;
    }

    /** Which sequences the scored tokens belong to. */
    protected SequenceLayout layout(ModelInputs inputs) {
        return inputs.layout();
    }

    /** Scores of every token. */
    public final Output forward(ModelInputs inputs) {
        return output(logits(prepared(inputs)));
    }

    private Tensor logits(ModelInputs inputs) {
        return scores(body().forward(inputs).lastHiddenState(), inputs);
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
        ModelInputs prepared = prepared(inputs);
        return ClassificationLoss.ofSpans(logits(prepared), layout(prepared), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        ModelInputs prepared = prepared(inputs);
        Map<String, Tensor> outputs = body().outputs(prepared);
        Output spans = output(scores(outputs.get("last_hidden_state"), prepared));
        outputs.put("start_logits", spans.startLogits());
        outputs.put("end_logits", spans.endLogits());
        return outputs;
    }

    /**
     * The usual head: a linear map, behind dropout or not.
     *
     * @param <C> the family's configuration
     */
    public abstract static class WithLinearHead<C extends PretrainedConfig> extends QuestionAnsweringModel<C> {
        private final TokenHead head;

        /** A model without weights on {@code body}, with {@code dropout} before the last layer. */
        protected WithLinearHead(BodyModel<C> body, double dropout, Initializer initializer) {
            super(body);
            head = child("head", new TokenHead(body.config().hiddenSize(), START_AND_END, dropout, initializer));
        }

        @Override
        protected final Tensor scores(Tensor hidden, ModelInputs inputs) {
            return head.forward(hidden);
        }

        @Override
        protected final WeightMap headWeights() {
            return WeightMap.builder().addPair("classifier", "qa_outputs").build();
        }
    }
}
