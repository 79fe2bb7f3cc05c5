package io.transformer4j.models.bert;

import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Linear;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** BERT with both pre-training heads: masked tokens and next sentence (HF {@code BertForPreTraining}). */
public final class BertForPreTraining extends TrainableModel implements MaskedLanguageModel {
    private final BertModel bert;
    private final MaskedLMHead head;
    private final Linear nextSentence;

    /** Logits of {@link BertForPreTraining}: {@code [tokens, vocabSize]} and {@code [batch, 2]}. */
    public record Output(Tensor predictionLogits, Tensor seqRelationshipLogits) {}

    /** A model without weights. */
    public BertForPreTraining(BertConfig config) {
        bert = child("bert", new BertModel(config, true));
        head = child("head", new MaskedLMHead(config, bert.wordEmbeddings()));
        nextSentence = child("nextSentence", new Linear(config.hiddenSize(), 2, true, config.initializer()));
    }

    /** Logits of every token and every sequence. */
    public Output forward(ModelInputs inputs) {
        BaseModelOutput encoded = bert.forward(inputs);
        return new Output(head.forward(encoded.lastHiddenState()), nextSentence.forward(bert.pool(encoded, inputs)));
    }

    @Override
    public Tensor maskedLogits(ModelInputs inputs, long[] rows) {
        Tensor hidden = bert.forward(inputs).lastHiddenState();
        return head.forward(hidden.index_select(0, ModelInputs.tensor(rows, hidden.device())));
    }

    /** The sum of both losses, each a mean over its own labels (Devlin et al. 2019, appendix A.2). */
    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        BaseModelOutput encoded = bert.forward(inputs);
        Loss masked = head.loss(encoded.lastHiddenState(), targets, totals);
        Tensor related = nextSentence.forward(bert.pool(encoded, inputs)); // [batch, 2]
        Tensor labels = ModelInputs.tensor(targets.sequenceLabels(), related.device());
        Tensor next = torch.cross_entropy_loss(
                        related, labels, new TensorOptional(), torch.Reduction.Sum.value, Targets.IGNORED, 0)
                .div(new Scalar((double) totals.labelledSequences()));
        Map<String, Tensor> parts = new LinkedHashMap<>(masked.parts());
        parts.put("mlm_loss", masked.total().detach());
        parts.put("nsp_loss", next.detach());
        return new Loss(masked.total().add(next), parts);
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = bert.forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("prediction_logits", head.forward(encoded.lastHiddenState()));
        outputs.put("seq_relationship_logits", nextSentence.forward(bert.pool(encoded, inputs)));
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
    protected BertForPreTraining newInstance() {
        return new BertForPreTraining(config());
    }

    @Override
    public WeightMap weightMap() {
        return bert.weightMap()
                .prefixed("bert.", "bert.")
                .and(MaskedLMHead.weightMap().prefixed("head.", "cls."))
                .and(WeightMap.builder()
                        .addPair("nextSentence", "cls.seq_relationship")
                        .build());
    }
}
