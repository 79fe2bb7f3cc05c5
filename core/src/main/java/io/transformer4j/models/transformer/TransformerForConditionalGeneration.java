package io.transformer4j.models.transformer;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), with weights named as in {@code
 * torch.nn.Transformer}.
 */
public final class TransformerForConditionalGeneration extends EncoderDecoderModel<TransformerConfig> {
    /** A model without weights. */
    public TransformerForConditionalGeneration(TransformerConfig config) {
        super(new TransformerModel(config));
    }

    /** Also under torch's names: {@code memory} and {@code decoder_out}. */
    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        Map<String, Tensor> outputs = super.outputs(inputs);
        outputs.put("memory", outputs.get("encoder_last_hidden_state"));
        outputs.put("decoder_out", outputs.get("decoder_hidden_states/" + config().numDecoderLayers()));
        return outputs;
    }

    @Override
    protected TransformerForConditionalGeneration newInstance() {
        return new TransformerForConditionalGeneration(config());
    }

    @Override
    protected String bodyPrefix() {
        return "";
    }

    @Override
    protected WeightMap headWeights() {
        WeightMap.Builder map = WeightMap.builder();
        if (!config().tieTgtGenerator()) {
            map.add("head", "generator.weight");
        }
        if (config().generatorBias()) {
            map.add("headBias", "generator.bias");
        }
        return map.build();
    }
}
