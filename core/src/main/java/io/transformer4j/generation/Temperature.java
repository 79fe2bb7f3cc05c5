package io.transformer4j.generation;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Divides all scores by a temperature: below 1 the likely tokens gain, above 1 the unlikely ones (HF {@code
 * TemperatureLogitsWarper}).
 */
public record Temperature(double temperature) implements LogitsProcessor {
    /** Checks the temperature. */
    public Temperature {
        GenerationConfig.checkTemperature(temperature);
    }

    @Override
    public Tensor process(Tensor logits, List<TokenSequence> sequences) {
        return logits.div(new Scalar(temperature));
    }
}
