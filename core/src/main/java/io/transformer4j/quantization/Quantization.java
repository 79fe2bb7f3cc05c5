package io.transformer4j.quantization;

import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.nn.Parameter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How the matrices of a model are stored and multiplied, for inference on the CPU. */
public enum Quantization {
    /** As loaded, in float32. */
    NONE(0),
    /** Weights in 8 bits with a scale for each output; activations in 16. */
    INT8(2),
    /** Weights and activations in 8 bits: each row of activations by its own range, as it comes (dynamic quantization). */
    INT8_DYNAMIC(1);

    /** Matrices with fewer outputs, such as classifiers, are left alone: they cost nothing, and their outputs are results. */
    private static final long FEWEST_OUTPUTS = 32;

    private final int inputBytes;

    Quantization(int inputBytes) {
        this.inputBytes = inputBytes;
    }

    /** Name on the command line: {@code none}, {@code int8}, {@code int8-dynamic}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The quantization called {@code name}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Quantization parse(String name) {
        return Arrays.stream(values())
                .filter(value -> value.optionName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("quantization must be "
                        + Arrays.stream(values()).map(Quantization::optionName).collect(Collectors.joining(", "))
                        + ", but is \"" + name + "\""));
    }

    /**
     * Brings the matrices of a model's linear maps and vocabulary head into this form, one after the other, each freeing its
     * float32 values at once. A table of embeddings that is the head's matrix too is looked up in 8 bits. The model can't be
     * trained or saved any more.
     *
     * @return the model
     * @throws IllegalArgumentException if the model isn't on the CPU
     */
    public <M extends PretrainedModel> M apply(M model) {
        if (this == NONE) {
            return model;
        }
        if (!model.device().is_cpu()) {
            throw new IllegalArgumentException("quantization " + optionName() + " runs on the CPU only, not on "
                    + model.device().str().getString());
        }
        model.adapter().ifPresent(LoraAdapter::merge); // a product less, and nothing left in float32
        model.matrices().stream()
                .filter(matrix -> !matrix.isQuantized() && matrix.shape()[0] >= FEWEST_OUTPUTS)
                .forEach(matrix -> matrix.quantize(inputBytes));
        return model;
    }

    /** Bytes of a model's weights, in whatever form they are. */
    public static long bytes(PretrainedModel model) {
        return model.namedParameters().values().stream()
                .mapToLong(Parameter::bytes)
                .sum();
    }
}
