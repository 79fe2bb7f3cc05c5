package io.transformer4j.models.bert;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** BERT with a masked-language-modelling head (HF {@code BertForMaskedLM}). */
public final class BertForMaskedLM extends TrainableModel implements MaskedLanguageModel {
    private final BertModel bert;
    private final MaskedLMHead head;

    /** A model without weights. */
    public BertForMaskedLM(BertConfig config) {
        bert = child("bert", new BertModel(config, false));
        head = child("head", new MaskedLMHead(config, bert.wordEmbeddings()));
    }

    /** Logits of every token, {@code [tokens, vocabSize]}. */
    public Tensor forward(ModelInputs inputs) {
        return head.forward(bert.forward(inputs).lastHiddenState());
    }

    @Override
    public Tensor maskedLogits(ModelInputs inputs, long[] rows) {
        Tensor hidden = bert.forward(inputs).lastHiddenState();
        return head.forward(hidden.index_select(0, ModelInputs.tensor(rows, hidden.device())));
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return head.loss(bert.forward(inputs).lastHiddenState(), targets, totals);
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = bert.forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("logits", head.forward(encoded.lastHiddenState()));
        return outputs;
    }

    /** The encoder. */
    public BertModel bert() {
        return bert;
    }

    @Override
    public BertConfig config() {
        return bert.config();
    }

    @Override
    public String baseModelPrefix() {
        return bert.baseModelPrefix();
    }

    @Override
    protected BertForMaskedLM newInstance() {
        return new BertForMaskedLM(config());
    }

    @Override
    public WeightMap weightMap() {
        return bert.weightMap()
                .prefixed("bert.", "bert.")
                .and(MaskedLMHead.weightMap().prefixed("head.", "cls."));
    }
}
