package io.transformer4j.models.gpt2;

import io.transformer4j.attention.KvCache;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Parameter;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** GPT-2 with its language-model head, whose matrix is the token embeddings' (HF {@code GPT2LMHeadModel}). */
public final class GPT2LMHeadModel extends TrainableModel implements CausalLanguageModel {
    private final GPT2Model transformer;
    private final Parameter head;

    /** A model without weights. */
    public GPT2LMHeadModel(GPT2Config config) {
        transformer = child("transformer", new GPT2Model(config));
        head = transformer.tokenEmbeddings().weight();
    }

    /** Logits of every token, {@code [tokens, vocabSize]}. */
    public Tensor forward(ModelInputs inputs) {
        return transformer.forward(inputs).lastHiddenState().mm(head.tensor().t());
    }

    @Override
    public Tensor nextTokenLogits(ModelInputs inputs, @Nullable KvCache cache) {
        Tensor hidden = transformer.forward(inputs, cache, false).lastHiddenState();
        Tensor last = ModelInputs.tensor(inputs.layout().lastRows(), hidden.device());
        return hidden.index_select(0, last).mm(head.tensor().t()); // [batch, vocabSize]
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        Tensor hidden = transformer.forward(inputs).lastHiddenState();
        long[] rows = targets.labelledRows();
        Tensor labelled = rows.length == targets.labels().length
                ? hidden
                : hidden.index_select(0, ModelInputs.tensor(rows, hidden.device()));
        return VocabularyLoss.of(labelled, head, null, targets, totals);
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput decoded = transformer.forward(inputs, null, true);
        Map<String, Tensor> outputs = decoded.named();
        outputs.put("logits", decoded.lastHiddenState().mm(head.tensor().t()));
        return outputs;
    }

    /** The decoder. */
    public GPT2Model transformer() {
        return transformer;
    }

    @Override
    public GPT2Config config() {
        return transformer.config();
    }

    @Override
    public String baseModelPrefix() {
        return transformer.baseModelPrefix();
    }

    @Override
    protected GPT2LMHeadModel newInstance() {
        return new GPT2LMHeadModel(config());
    }

    @Override
    public WeightMap weightMap() {
        return transformer.weightMap().prefixed("transformer.", "transformer.");
    }
}
