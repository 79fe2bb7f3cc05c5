package io.transformer4j.models.longformer;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.BertNames;
import io.transformer4j.models.encoder.EncoderModel;
import io.transformer4j.torch.TensorData;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * The bare Longformer encoder, with or without pooler (HF {@code LongformerModel}). Global tokens are those that {@link
 * ModelInputs#globalAttention} names.
 */
public final class LongformerModel extends EncoderModel<LongformerConfig> {
    private final boolean firstTokenIsGlobal;

    /** An encoder with pooler. */
    public LongformerModel(LongformerConfig config) {
        this(config, true, false);
    }

    /**
     * An encoder.
     *
     * @param firstTokenIsGlobal whether each sequence's first token is global if the inputs don't say which are
     */
    LongformerModel(LongformerConfig config, boolean withPooler, boolean firstTokenIsGlobal) {
        super(config, config.embeddings(), config::layer, withPooler);
        this.firstTokenIsGlobal = firstTokenIsGlobal;
    }

    @Override
    protected SequenceLayout layout(ModelInputs inputs) {
        SequenceLayout layout = inputs.layout();
        boolean[] global = new boolean[layout.totalTokens()];
        Tensor chosen = inputs.globalAttention();
        if (chosen != null) {
            long[] flags = TensorData.longs(chosen);
            for (int i = 0; i < global.length; i++) {
                global[i] = flags[i] != 0;
            }
        } else if (firstTokenIsGlobal) {
            Arrays.stream(layout.firstRows()).forEach(row -> global[(int) row] = true);
        }
        return layout.withGlobalTokens(global);
    }

    @Override
    public String baseModelPrefix() {
        return "longformer.";
    }

    @Override
    protected LongformerModel newInstance() {
        return new LongformerModel(config(), hasPooler(), firstTokenIsGlobal);
    }

    @Override
    public LongformerModel withoutOptionalParts() {
        return new LongformerModel(config(), false, firstTokenIsGlobal);
    }

    @Override
    public WeightMap weightMap() {
        WeightMap.Builder global = WeightMap.builder();
        for (int i = 0; i < config().numHiddenLayers(); i++) {
            String self = "encoder.layer." + i + ".attention.self.";
            global.addStackedPair(
                    "layers." + i + ".attention.globalQueryKeyValue",
                    self + "query_global",
                    self + "key_global",
                    self + "value_global");
        }
        return BertNames.encoder(config().numHiddenLayers(), hasPooler()).and(global.build());
    }
}
