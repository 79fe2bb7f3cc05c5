package io.transformer4j.models.decoder;

import io.transformer4j.attention.KvCache;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A decoder with its language-model head, whose matrix may be the token embeddings'.
 *
 * @param <C> the family's configuration
 */
public abstract class DecoderForCausalLM<C extends PretrainedConfig> extends TrainableModel
        implements CausalLanguageModel {
    /** HF's name of a head of its own. */
    private static final String HEAD_KEY = "lm_head.weight";

    private final DecoderModel<C> transformer;
    private final boolean tied;
    private final Parameter head;

    /**
     * A model without weights.
     *
     * @param tied whether the head's matrix is the token embeddings'
     */
    protected DecoderForCausalLM(DecoderModel<C> transformer, boolean tied, Initializer initializer) {
        this.transformer = child("transformer", transformer);
        this.tied = tied;
        Parameter embeddings = transformer.tokenEmbeddings().weight();
        head = matrix(tied ? embeddings : parameter("head", new Parameter(initializer, embeddings.shape())));
    }

    /** Logits of every token, {@code [tokens, vocabSize]}. */
    public final Tensor forward(ModelInputs inputs) {
        return logits(transformer.forward(inputs).lastHiddenState());
    }

    @Override
    public final Tensor nextTokenLogits(ModelInputs inputs, @Nullable KvCache cache) {
        Tensor hidden = transformer.forward(inputs, cache, false).lastHiddenState();
        Tensor last = ModelInputs.tensor(inputs.layout().lastRows(), hidden.device());
        return logits(hidden.index_select(0, last)); // [batch, vocabSize]
    }

    private Tensor logits(Tensor hidden) {
        return head.product(hidden, null);
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        Tensor hidden = transformer.forward(inputs).lastHiddenState();
        long[] rows = targets.labelledRows();
        Tensor labelled = rows.length == targets.labels().length
                ? hidden
                : hidden.index_select(0, ModelInputs.tensor(rows, hidden.device()));
        return VocabularyLoss.of(this, labelled, head, null, targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput decoded = transformer.forward(inputs, null, true);
        Map<String, Tensor> outputs = decoded.named();
        outputs.put("logits", logits(decoded.lastHiddenState()));
        return outputs;
    }

    /** The decoder. */
    public final DecoderModel<C> transformer() {
        return transformer;
    }

    @Override
    public final C config() {
        return transformer.config();
    }

    @Override
    public final String baseModelPrefix() {
        return transformer.baseModelPrefix();
    }

    @Override
    public final WeightMap weightMap() {
        WeightMap map = transformer.weightMap().prefixed("transformer.", transformer.baseModelPrefix());
        return tied
                ? map.withTied(HEAD_KEY, map.entries().get(0).keys().get(0))
                : map.and(WeightMap.builder().add("head", HEAD_KEY).build());
    }
}
