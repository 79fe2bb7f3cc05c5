package io.transformer4j.models.features;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A head that learns from a table of features: what elsewhere are token ids are rows of that table, so that batches, workers and the
 * trainer are the same as for whole models.
 */
public final class FeatureHeadModel extends TrainableModel {
    private final PretrainedConfig encoder;
    private final FeatureHeadConfig headConfig;
    private final Tensor table;
    private final FeatureHead head;

    /**
     * A head without weights.
     *
     * @param encoder the architecture that the features are from, with the {@linkplain PretrainedConfig#labels labels} to learn
     * @param table {@code [rows, parts · hiddenSize]} float32; stays the caller's
     */
    public FeatureHeadModel(PretrainedConfig encoder, FeatureHeadConfig head, Tensor table) {
        this.encoder = encoder;
        this.headConfig = head;
        this.table = table;
        this.head = child("head", new FeatureHead(head, encoder));
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return head.loss(features(inputs), inputs.layout(), classWeights(), targets, totals);
    }

    private Tensor features(ModelInputs inputs) {
        return table.index_select(0, inputs.inputIds());
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        return Map.of("logits", head.forward(features(inputs), inputs.layout()));
    }

    @Override
    public PretrainedConfig config() {
        return encoder;
    }

    @Override
    public WeightMap weightMap() {
        return head.weights().prefixed("head.", FeatureBasedModel.HEAD_PREFIX);
    }

    @Override
    public String baseModelPrefix() {
        return "";
    }

    @Override
    protected FeatureHeadModel newInstance() {
        return new FeatureHeadModel(encoder, headConfig, table);
    }
}
