package io.transformer4j.models.encoder;

import io.transformer4j.attention.ChosenTokens;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder with a masked-language head.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderForMaskedLM<C extends PretrainedConfig> extends EncoderTask<C>
        implements MaskedLanguageModel {
    private final MaskedLMHead head;

    /** A model without weights on {@code encoder}. */
    protected EncoderForMaskedLM(EncoderModel<C> encoder, MaskedLMHead.Config head) {
        super(encoder);
        this.head = child("head", new MaskedLMHead(head, encoder.wordEmbeddings()));
    }

    /** Logits of every token, {@code [tokens, vocabSize]}. */
    public final Tensor forward(ModelInputs inputs) {
        return head.forward(encoder().forward(inputs).lastHiddenState());
    }

    @Override
    public final Tensor maskedLogits(ModelInputs inputs, long[] rows) {
        ChosenTokens chosen = ChosenTokens.of(rows);
        return head.forward(chosen.pick(encoder().forward(inputs, chosen), rows));
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return head.loss(encoder().forward(inputs, ChosenTokens.of(targets.labelledRows())), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        BaseModelOutput encoded = encoder().forward(inputs, true);
        Map<String, Tensor> outputs = encoded.named();
        outputs.put("logits", head.forward(encoded.lastHiddenState()));
        return outputs;
    }
}
