package io.transformer4j.models.encoder;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.Labels;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.heads.ClassificationLoss;
import io.transformer4j.models.heads.SequenceHead;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder that classifies sequences, or gives numbers for them: each first token goes through a dense layer and a
 * classifier. What the outputs mean is in {@link Labels}.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderForSequenceClassification<C extends PretrainedConfig> extends EncoderTask<C>
        implements SequenceClassifier {
    private final Labels labels;
    private final SequenceHead head;

    /** A model without weights on {@code encoder}. */
    protected EncoderForSequenceClassification(EncoderModel<C> encoder, SequenceHead.Config head) {
        this(encoder, head, encoder.config().labels());
    }

    /** A model without weights on {@code encoder}, whose labels aren't the configuration's. */
    protected EncoderForSequenceClassification(EncoderModel<C> encoder, SequenceHead.Config head, Labels labels) {
        super(encoder);
        this.labels = labels;
        this.head = child("head", new SequenceHead(head, encoder.config().hiddenSize(), labels.count()));
    }

    /** Logits of every sequence, {@code [batch, labels]}. */
    public final Tensor forward(ModelInputs inputs) {
        return head.forward(encoder().firstTokens(inputs));
    }

    @Override
    public final Tensor sequenceLogits(ModelInputs inputs) {
        return forward(inputs);
    }

    /**
     * Cross entropy of classes, binary cross entropy of labels that may hold together, or the mean squared error of numbers,
     * by {@link Labels#problemType}.
     */
    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return ClassificationLoss.ofSequences(forward(inputs), labels, classWeights(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        ChosenTokens first = ChosenTokens.of(inputs.layout().firstRows());
        outputs.put("logits", head.forward(first.of(encoded.lastHiddenState())));
        return outputs;
    }
}
