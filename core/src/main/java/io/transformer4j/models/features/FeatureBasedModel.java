package io.transformer4j.models.features;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.Labels;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.TokenClassifier;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.encoder.EncoderModel;
import io.transformer4j.models.encoder.EncoderTask;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A frozen encoder with a head on its features. In a checkpoint the head's weights stand beside the encoder's, which others load as
 * usual, and its settings under {@code feature_head} in {@code config.json}.
 *
 * @param <C> the family's configuration
 */
public final class FeatureBasedModel<C extends PretrainedConfig> extends EncoderTask<C>
        implements SequenceClassifier, TokenClassifier {
    /** Key of {@code config.json}. */
    private static final String CONFIG_KEY = "feature_head";

    static final String HEAD_PREFIX = "feature_head.";

    private final FeatureHeadConfig headConfig;
    private final FeatureHead head;

    /**
     * A model without weights.
     *
     * @param encoder without weights, whose configuration has a {@code feature_head}
     * @param source for messages: where the configuration is from
     */
    public FeatureBasedModel(EncoderModel<C> encoder, Path source) {
        super(encoder);
        headConfig = headConfig(encoder.config(), source);
        head = child("head", new FeatureHead(headConfig, encoder.config()));
    }

    private FeatureBasedModel(EncoderModel<C> encoder, FeatureHeadConfig headConfig) {
        super(encoder);
        this.headConfig = headConfig;
        head = child("head", new FeatureHead(headConfig, encoder.config()));
    }

    private static FeatureHeadConfig headConfig(PretrainedConfig config, Path source) {
        Map<String, Object> tree = new LinkedHashMap<>();
        if (config.other().get(CONFIG_KEY) instanceof Map<?, ?> settings) {
            settings.forEach((key, value) -> tree.put(key.toString(), value));
        }
        return ConfigJson.bind(source, tree, FeatureHeadConfig.class);
    }

    /** A configuration's tree with labels and a head. */
    public static Map<String, Object> addTo(Map<String, Object> config, Labels labels, FeatureHeadConfig head) {
        Map<String, Object> tree = labels.addTo(config);
        tree.put(CONFIG_KEY, ConfigJson.tree(head));
        return tree;
    }

    /**
     * The features of tokens, or of texts if they are {@linkplain FeatureHeadConfig#pooled pooled}.
     *
     * @return {@code [tokens or sequences, parts · hiddenSize]}
     */
    public static Tensor features(EncoderModel<?> encoder, ModelInputs inputs, FeatureHeadConfig head) {
        BaseModelOutput output = encoder.forward(inputs, true);
        Tensor tokens = head.layers().of(output.hiddenStates());
        return head.pooled() ? inputs.layout().means(tokens) : tokens;
    }

    private SequenceLayout layout(ModelInputs inputs) {
        return headConfig.pooled() ? SequenceLayout.uniform(inputs.layout().batchSize(), 1) : inputs.layout();
    }

    @Override
    public Tensor sequenceLogits(ModelInputs inputs) {
        return head.forward(features(encoder(), inputs, headConfig), layout(inputs));
    }

    @Override
    public Tensor tokenLogits(ModelInputs inputs, long[] rows, SequenceLayout chosen) {
        Tensor tokens = features(encoder(), inputs, headConfig);
        return head.forward(tokens.index_select(0, ModelInputs.tensor(rows, tokens.device())), chosen);
    }

    @Override
    public long[] bestLabels(Tensor logits, SequenceLayout chosen) {
        ConditionalRandomField crf = head.crf();
        return crf == null ? TokenClassifier.super.bestLabels(logits, chosen) : crf.decode(logits, chosen);
    }

    /** What the head labels. */
    public FeatureHeadConfig.Level level() {
        return headConfig.level();
    }

    /** Trains nothing but through {@link FeatureHeadModel}, yet says what it would lose. */
    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return head.loss(features(encoder(), inputs, headConfig), layout(inputs), classWeights(), targets, totals);
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        Map<String, Tensor> outputs = encoder().forward(inputs, true).named();
        outputs.put("logits", head.forward(features(encoder(), inputs, headConfig), layout(inputs)));
        return outputs;
    }

    @Override
    protected WeightMap headWeights() {
        return head.weights().prefixed("", HEAD_PREFIX);
    }

    @Override
    protected FeatureBasedModel<C> newInstance() {
        return new FeatureBasedModel<>(encoder().another(), headConfig);
    }
}
