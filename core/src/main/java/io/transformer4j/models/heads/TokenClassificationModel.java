package io.transformer4j.models.heads;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.BodyModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TokenClassifier;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Initializer;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that classifies every token.
 *
 * @param <C> the family's configuration
 */
public abstract class TokenClassificationModel<C extends PretrainedConfig> extends TaskModel<C>
        implements TokenClassifier {
    private final TokenHead head;

    /** A model without weights on {@code body}, with {@code dropout} before the classifier. */
    protected TokenClassificationModel(BodyModel<C> body, double dropout, Initializer initializer) {
        super(body);
        C config = body.config();
        head = child("head", new TokenHead(config.hiddenSize(), config.labels().count(), dropout, initializer));
    }

    /** Logits of every token, {@code [tokens, labels]}. */
    public final Tensor forward(ModelInputs inputs) {
        return head.forward(body().forward(inputs).lastHiddenState());
    }

    @Override
    public final Tensor tokenLogits(ModelInputs inputs, long[] rows, SequenceLayout chosen) {
        ChosenTokens tokens = ChosenTokens.of(rows);
        return head.forward(tokens.pick(body().forward(inputs, tokens), rows));
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return ClassificationLoss.ofTokens(forward(inputs), classWeights(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput hidden = body().forward(inputs, true);
        Map<String, Tensor> outputs = hidden.named();
        outputs.put("logits", head.forward(hidden.lastHiddenState()));
        return outputs;
    }

    /** The checkpoint's name of the last layer. */
    protected String classifierKey() {
        return "classifier";
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder().addPair("classifier", classifierKey()).build();
    }
}
