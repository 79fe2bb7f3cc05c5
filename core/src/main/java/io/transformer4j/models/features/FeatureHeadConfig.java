package io.transformer4j.models.features;

import static io.transformer4j.models.PretrainedConfig.check;
import static io.transformer4j.models.PretrainedConfig.checkPositive;
import static io.transformer4j.models.PretrainedConfig.checkProbability;

import io.soabase.recordbuilder.core.RecordBuilder;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A head on the features of a frozen encoder.
 *
 * @param level what is labelled
 * @param layers where the features are from
 * @param type the network
 * @param hiddenSize width of a perceptron's hidden layer, or of each direction of an LSTM
 * @param dropout before each linear map
 * @param crf whether labels of tokens are chosen together, by a conditional random field
 */
@RecordBuilder
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record FeatureHeadConfig(
        Level level, FeatureLayers layers, Type type, long hiddenSize, double dropout, boolean crf)
        implements FeatureHeadConfigBuilder.With {

    /** What is labelled. */
    public enum Level {
        /** Each text; its features are the means of its tokens', unless an LSTM reads them one by one. */
        TEXT,
        /** Each word, by the features of its first token. */
        TOKEN
    }

    /** The network between features and labels. */
    public enum Type {
        /** A linear map. */
        LINEAR,
        /** A perceptron with one hidden layer. */
        MLP,
        /** An LSTM in each direction, and a linear map. */
        BILSTM
    }

    /** A linear classifier of texts on the last layer. */
    public static final FeatureHeadConfig TEXT =
            new FeatureHeadConfig(Level.TEXT, FeatureLayers.LAST, Type.LINEAR, 256, 0.1, false);

    /** A linear tagger on the last four layers side by side. */
    public static final FeatureHeadConfig TOKEN =
            new FeatureHeadConfig(Level.TOKEN, FeatureLayers.CONCAT_LAST_FOUR, Type.LINEAR, 256, 0.1, false);

    public FeatureHeadConfig {
        checkPositive("hidden_size of a feature head", hiddenSize);
        checkProbability("dropout of a feature head", dropout);
        check(!crf || level == Level.TOKEN, "a conditional random field chooses labels of tokens, not of texts");
    }

    /** Whether the features of a text's tokens are averaged before the head sees them. */
    public boolean pooled() {
        return level == Level.TEXT && type != Type.BILSTM;
    }
}
