package io.transformer4j.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Activation functions by HF's names ({@code hidden_act}, {@code activation_function}). */
public enum Activation {
    /** {@code x Φ(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU("gelu", torch::gelu),
    /** GELU by its tanh approximation, as in GPT-2. */
    GELU_NEW("gelu_new", TanhGelu::apply),
    /** Same function as {@link #GELU_NEW} under its newer name. */
    GELU_PYTORCH_TANH("gelu_pytorch_tanh", TanhGelu::apply),
    RELU("relu", torch::relu),
    SILU("silu", torch::silu),
    TANH("tanh", torch::tanh);

    private final String hfName;
    private final UnaryOperator<Tensor> function;

    Activation(String hfName, UnaryOperator<Tensor> function) {
        this.hfName = hfName;
        this.function = function;
    }

    /** Applies the function to each element. */
    public Tensor apply(Tensor input) {
        return function.apply(input);
    }

    /** HF's name. */
    public String hfName() {
        return hfName;
    }

    /**
     * The activation that HF calls {@code name}.
     *
     * @throws IllegalArgumentException if it isn't known
     */
    public static Activation of(String name) {
        return Arrays.stream(values())
                .filter(activation -> activation.hfName.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown activation \"" + name + "\": known are "
                        + Arrays.stream(values()).map(Activation::hfName).collect(Collectors.joining(", "))));
    }
}
