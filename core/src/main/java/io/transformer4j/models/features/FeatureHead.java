package io.transformer4j.models.features;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel.Loss;
import io.transformer4j.models.TrainableModel.Targets;
import io.transformer4j.models.TrainableModel.Totals;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.heads.ClassificationLoss;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** The network of a {@link FeatureHeadConfig}: features in, logits out. */
final class FeatureHead extends Module {
    private final FeatureHeadConfig config;
    private final Labels labels;
    private final long hiddenSize;
    private final @Nullable Parameter mix;
    private final @Nullable Parameter scale;
    private final Dropout dropout;
    private final @Nullable Linear hidden;
    private final @Nullable BiLstm lstm;
    private final Linear classifier;
    private final @Nullable ConditionalRandomField crf;

    FeatureHead(FeatureHeadConfig config, PretrainedConfig encoder) {
        this.config = config;
        labels = encoder.labels();
        hiddenSize = encoder.hiddenSize();
        int parts = config.layers().parts(encoder.numHiddenLayers());
        boolean mixes = config.layers() == FeatureLayers.SCALAR_MIX;
        mix = mixes ? parameter("mix", new Parameter(Initializer.constant(0), parts)) : null;
        scale = mixes ? parameter("scale", new Parameter(Initializer.constant(1), 1)) : null;
        long width = mixes ? hiddenSize : parts * hiddenSize;
        dropout = child("dropout", new Dropout(config.dropout()));
        Initializer glorot = Initializer.xavierUniform();
        hidden = config.type() == FeatureHeadConfig.Type.MLP
                ? child("hidden", new Linear(width, config.hiddenSize(), true, glorot))
                : null;
        lstm = config.type() == FeatureHeadConfig.Type.BILSTM
                ? child("lstm", new BiLstm(width, config.hiddenSize()))
                : null;
        long inputs = switch (config.type()) {
            case LINEAR -> width;
            case MLP -> config.hiddenSize();
            case BILSTM -> 2 * config.hiddenSize();
        };
        classifier = child("classifier", new Linear(inputs, labels.count(), true, glorot));
        crf = config.crf() ? child("crf", new ConditionalRandomField(labels.count())) : null;
    }

    /**
     * Logits of each row, or of each sequence if texts are labelled.
     *
     * @param features {@code [rows, parts · hiddenSize]}; one row for each sequence if they are {@linkplain
     *     FeatureHeadConfig#pooled pooled}
     */
    Tensor forward(Tensor features, SequenceLayout layout) {
        Tensor input = dropout.forward(mixed(features));
        if (hidden != null) {
            input = dropout.forward(Activation.GELU.apply(hidden.forward(input)));
        }
        if (lstm != null) {
            Tensor outputs = lstm.forward(input, layout);
            boolean ofTexts = config.level() == FeatureHeadConfig.Level.TEXT;
            input = dropout.forward(ofTexts ? lstm.ends(outputs, layout) : outputs);
        }
        return classifier.forward(input);
    }

    /** {@code scale · Σ softmax(mix)ᵢ layerᵢ}. */
    private Tensor mixed(Tensor features) {
        if (mix == null || scale == null) {
            return features;
        }
        Tensor layers = features.view(features.size(0), -1, hiddenSize); // [rows, layers, hiddenSize]
        Tensor shares = mix.tensor().softmax(0).mul(scale.tensor());
        return layers.mul(shares.view(1, -1, 1)).sum(1);
    }

    Loss loss(Tensor features, SequenceLayout layout, List<Double> classWeights, Targets targets, Totals totals) {
        Tensor logits = forward(features, layout);
        if (config.level() == FeatureHeadConfig.Level.TEXT) {
            return ClassificationLoss.ofSequences(logits, labels, classWeights, targets, totals);
        }
        if (crf == null) {
            return ClassificationLoss.ofTokens(logits, classWeights, targets, totals);
        }
        Scalar words = new Scalar((double) totals.labelledTokens());
        Tensor loss = crf.loss(logits, layout, targets.labels()).div(words);
        if (GradMode.is_enabled()) {
            return new Loss(loss, Map.of());
        }
        long[] best = crf.decode(logits, layout);
        long right = 0;
        for (int i = 0; i < best.length; i++) {
            right += best[i] == targets.labels()[i] ? 1 : 0;
        }
        return new Loss(
                loss, Map.of("accuracy", Tensor.create((double) right).sum().div(words)));
    }

    @Nullable
    ConditionalRandomField crf() {
        return crf;
    }

    /** Its parameters under their own names. */
    WeightMap weights() {
        WeightMap.Builder map = WeightMap.builder();
        namedParameters().keySet().forEach(name -> map.add(name, name));
        return map.build();
    }
}
