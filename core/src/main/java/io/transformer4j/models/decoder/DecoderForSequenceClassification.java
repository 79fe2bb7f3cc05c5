package io.transformer4j.models.decoder;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.Labels;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.heads.ClassificationLoss;
import io.transformer4j.models.heads.TaskModel;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A decoder that classifies sequences, or gives numbers for them, by the hidden state of each sequence's last token, which
 * alone has seen all of it. What the outputs mean is in {@link Labels}.
 *
 * @param <C> the family's configuration
 */
public abstract class DecoderForSequenceClassification<C extends PretrainedConfig> extends TaskModel<C>
        implements SequenceClassifier {
    private final Labels labels;
    private final Linear score;

    /** A model without weights on {@code decoder}. */
    protected DecoderForSequenceClassification(DecoderModel<C> decoder, Initializer initializer) {
        super(decoder);
        labels = decoder.config().labels();
        score = child("head", new Linear(decoder.config().hiddenSize(), labels.count(), false, initializer));
    }

    /** Logits of every sequence, {@code [batch, labels]}. */
    public final Tensor forward(ModelInputs inputs) {
        return logits(body().forward(inputs), inputs);
    }

    @Override
    public final Tensor sequenceLogits(ModelInputs inputs) {
        return forward(inputs);
    }

    private Tensor logits(BaseModelOutput decoded, ModelInputs inputs) {
        Tensor hidden = decoded.lastHiddenState();
        Tensor last = ModelInputs.tensor(inputs.layout().lastRows(), hidden.device());
        return score.forward(hidden.index_select(0, last)); // [batch, labels]
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return ClassificationLoss.ofSequences(forward(inputs), labels, classWeights(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput decoded = body().forward(inputs, true);
        Map<String, Tensor> outputs = decoded.named();
        outputs.put("logits", logits(decoded, inputs));
        return outputs;
    }

    @Override
    protected final WeightMap headWeights() {
        return WeightMap.builder().add("weight", "score.weight").build();
    }
}
