package io.transformer4j.models.bert;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderTask;
import io.transformer4j.models.encoder.MaskedLMHead;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** BERT with both pre-training heads: masked tokens and next sentence (HF {@code BertForPreTraining}). */
public final class BertForPreTraining extends EncoderTask<BertConfig> implements MaskedLanguageModel {
    private final Heads heads;

    /** Logits of {@link BertForPreTraining}: {@code [tokens, vocabSize]} and {@code [batch, 2]}. */
    public record Output(Tensor predictionLogits, Tensor seqRelationshipLogits) {}

    private static final class Heads extends Module {
        private final MaskedLMHead predictions;
        private final Linear nextSentence;

        Heads(BertModel bert) {
            BertConfig config = bert.config();
            predictions = child("predictions", new MaskedLMHead(config.maskedLMHead(), bert.wordEmbeddings()));
            nextSentence = child("nextSentence", new Linear(config.hiddenSize(), 2, true, config.initializer()));
        }
    }

    /** A model without weights. */
    public BertForPreTraining(BertConfig config) {
        super(new BertModel(config, true));
        heads = child("head", new Heads((BertModel) encoder()));
    }

    /** Logits of every token and every sequence. */
    public Output forward(ModelInputs inputs) {
        return output(encoder().forward(inputs), inputs);
    }

    private Output output(BaseModelOutput encoded, ModelInputs inputs) {
        Tensor hidden = encoded.lastHiddenState();
        ChosenTokens first = ChosenTokens.of(inputs.layout().firstRows());
        return new Output(heads.predictions.forward(hidden), related(first.of(hidden)));
    }

    /** {@code [batch, 2]}. */
    private Tensor related(Tensor firstTokens) {
        return heads.nextSentence.forward(encoder().pool(firstTokens));
    }

    @Override
    public Tensor maskedLogits(ModelInputs inputs, long[] rows) {
        ChosenTokens chosen = ChosenTokens.of(rows);
        return heads.predictions.forward(chosen.pick(encoder().forward(inputs, chosen), rows));
    }

    /** The sum of both losses, each a mean over its own labels (Devlin et al. 2019, appendix A.2). */
    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        long[] labelled = targets.labelledRows();
        long[] first = inputs.layout().firstRows();
        ChosenTokens chosen = ChosenTokens.of(labelled, first);
        Tensor hidden = encoder().forward(inputs, chosen); // [chosen tokens, hiddenSize]
        Loss masked = heads.predictions.loss(chosen.pick(hidden, labelled), targets, totals);
        Tensor related = related(chosen.pick(hidden, first));
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
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Output output = output(encoded, inputs);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("prediction_logits", output.predictionLogits());
        outputs.put("seq_relationship_logits", output.seqRelationshipLogits());
        return outputs;
    }

    @Override
    protected BertForPreTraining newInstance() {
        return new BertForPreTraining(config());
    }

    @Override
    protected WeightMap headWeights() {
        return maskedLMWeights(config().tieWordEmbeddings(), wordEmbeddingsKey())
                .prefixed("predictions.", "")
                .and(WeightMap.builder()
                        .addPair("nextSentence", "cls.seq_relationship")
                        .build());
    }

    /** The masked-language head's table, which {@link BertForMaskedLM} has too. */
    static WeightMap maskedLMWeights(boolean tied, String wordEmbeddingsKey) {
        WeightMap.Builder map = WeightMap.builder()
                .addPair("transform", "cls.predictions.transform.dense")
                .addPair("norm", "cls.predictions.transform.LayerNorm");
        return tied
                ? map.add("bias", "cls.predictions.bias")
                        .build()
                        .withTied("cls.predictions.decoder.weight", wordEmbeddingsKey)
                        .withTied("cls.predictions.decoder.bias", "cls.predictions.bias")
                : map.add("decoder", "cls.predictions.decoder.weight")
                        .add("bias", "cls.predictions.decoder.bias")
                        .build();
    }
}
