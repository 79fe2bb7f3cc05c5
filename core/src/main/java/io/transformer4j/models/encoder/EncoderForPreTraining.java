package io.transformer4j.models.encoder;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * An encoder with both of BERT's pre-training heads: masked tokens and next sentence.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderForPreTraining<C extends BertLikeConfig> extends EncoderTask<C>
        implements MaskedLanguageModel {
    private final Heads heads;

    /** Logits: {@code [tokens, vocabSize]} and {@code [batch, 2]}. */
    public record Output(Tensor predictionLogits, Tensor seqRelationshipLogits) {}

    private static final class Heads extends Module {
        private final MaskedLMHead predictions;
        private final Linear nextSentence;

        <C extends BertLikeConfig> Heads(EncoderModel<C> encoder) {
            C config = encoder.config();
            predictions = child("predictions", new MaskedLMHead(config.maskedLMHead(), encoder.wordEmbeddings()));
            nextSentence = child("nextSentence", new Linear(config.hiddenSize(), 2, true, config.initializer()));
        }
    }

    /**
     * A model without weights.
     *
     * @param encoder with pooler
     */
    protected EncoderForPreTraining(EncoderModel<C> encoder) {
        super(encoder);
        heads = child("head", new Heads(encoder));
    }

    /** Logits of every token and every sequence. */
    public final Output forward(ModelInputs inputs) {
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
    public final Tensor maskedLogits(ModelInputs inputs, long[] rows) {
        ChosenTokens chosen = ChosenTokens.of(rows);
        return heads.predictions.forward(chosen.pick(encoder().forward(inputs, chosen), rows));
    }

    /** The sum of both losses, each a mean over its own labels (Devlin et al. 2019, appendix A.2). */
    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
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
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Output output = output(encoded, inputs);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("prediction_logits", output.predictionLogits());
        outputs.put("seq_relationship_logits", output.seqRelationshipLogits());
        return outputs;
    }

    @Override
    protected final WeightMap headWeights() {
        return BertNames.maskedLM(config().tieWordEmbeddings(), wordEmbeddingsKey())
                .prefixed("predictions.", "")
                .and(WeightMap.builder()
                        .addPair("nextSentence", "cls.seq_relationship")
                        .build());
    }
}
