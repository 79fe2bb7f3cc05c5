package io.transformer4j.finetuning;

import io.transformer4j.models.PretrainedModel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which layer a parameter of an encoder with a head belongs to: 0 for the embeddings, then the layers, and the head on top. */
final class EncoderLayers {
    private static final Pattern LAYER = Pattern.compile("^body\\.layers\\.(\\d+)\\.");
    private static final String EMBEDDINGS = "body.embeddings.";

    private final int head;

    EncoderLayers(PretrainedModel model) {
        head = model.config().numHiddenLayers() + 1;
    }

    private int depth(String parameter) {
        Matcher layer = LAYER.matcher(parameter);
        if (layer.find()) {
            return Integer.parseInt(layer.group(1)) + 1;
        }
        return parameter.startsWith(EMBEDDINGS) ? 0 : head;
    }

    /** Lets the head and the {@code count} upper layers learn, all if negative. */
    void freezeBelow(PretrainedModel model, int count) {
        model.namedParameters()
                .forEach((name, parameter) -> parameter.setTrainable(count < 0 || depth(name) >= head - count));
    }

    /** {@code decay} to the power of a parameter's distance from the head (Howard and Ruder 2018, §3.2). */
    double scale(String parameter, double decay) {
        return Math.pow(decay, head - depth(parameter));
    }
}
