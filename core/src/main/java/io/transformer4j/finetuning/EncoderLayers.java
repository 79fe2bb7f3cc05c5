package io.transformer4j.finetuning;

import io.transformer4j.models.PretrainedModel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which layer a parameter of a model with a head belongs to: 0 for the embeddings, then the layers, those of a decoder behind those of
 * its encoder, and the head on top.
 */
final class EncoderLayers {
    private static final Pattern LAYER = Pattern.compile("^body\\.(?:encoder\\.|(decoder)\\.)?layers\\.(\\d+)\\.");
    private static final Pattern EMBEDDINGS = Pattern.compile(
            "^body\\.(embeddings|(source|target)Embeddings|(encoder|decoder)\\.(embedding|positionBias))\\..*");

    private final int belowDecoder;
    private final int head;

    EncoderLayers(PretrainedModel model) {
        belowDecoder = model.config().numHiddenLayers();
        head = 1
                + model.namedParameters().keySet().stream()
                        .mapToInt(this::layer)
                        .max()
                        .orElse(0);
    }

    /** From 1; 0 for what is in no layer. */
    private int layer(String parameter) {
        Matcher layer = LAYER.matcher(parameter);
        if (!layer.find()) {
            return 0;
        }
        int number = Integer.parseInt(layer.group(2)) + 1;
        return layer.group(1) == null ? number : belowDecoder + number;
    }

    private int depth(String parameter) {
        int layer = layer(parameter);
        return layer > 0 || EMBEDDINGS.matcher(parameter).matches() ? layer : head;
    }

    /** Lets the head and the {@code count} upper layers learn, all if negative; what never learns stays as it is. */
    void freezeBelow(PretrainedModel model, int count) {
        model.namedParameters()
                .forEach((name, parameter) ->
                        parameter.setTrainable(parameter.trainable() && (count < 0 || depth(name) >= head - count)));
    }

    /** {@code decay} to the power of a parameter's distance from the head (Howard and Ruder 2018, §3.2). */
    double scale(String parameter, double decay) {
        return Math.pow(decay, head - depth(parameter));
    }
}
