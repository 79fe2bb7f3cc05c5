package io.transformer4j.models.encoder;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TokenClassifier;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Initializer;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder that classifies every token.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderForTokenClassification<C extends PretrainedConfig> extends EncoderTask<C>
        implements TokenClassifier {
    private final TokenHead head;

    /** A model without weights on {@code encoder}, with {@code dropout} before the classifier. */
    protected EncoderForTokenClassification(EncoderModel<C> encoder, double dropout, Initializer initializer) {
        super(encoder);
        C config = encoder.config();
        head = child("head", new TokenHead(config.hiddenSize(), config.labels().count(), dropout, initializer));
    }

    /** Logits of every token, {@code [tokens, labels]}. */
    public final Tensor forward(ModelInputs inputs) {
        return head.forward(encoder().forward(inputs).lastHiddenState());
    }

    @Override
    public final Tensor tokenLogits(ModelInputs inputs, long[] rows, SequenceLayout chosen) {
        Tensor hidden = encoder().forward(inputs).lastHiddenState();
        return head.forward(hidden.index_select(0, ModelInputs.tensor(rows, hidden.device())));
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return ClassificationLoss.ofTokens(forward(inputs), classWeights(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("logits", head.forward(encoded.lastHiddenState()));
        return outputs;
    }

    @Override
    protected final WeightMap headWeights() {
        return WeightMap.builder().addPair("classifier", "classifier").build();
    }
}
