package io.transformer4j.nn;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Activation functions by HF's names ({@code hidden_act}, {@code activation_function}). */
public enum Activation {
    /** {@code x Φ(x)}, exact (Hendrycks and Gimpel 2016). */
    GELU("gelu", torch::gelu),
    /** Same function as {@link #GELU}, written out in HF. */
    GELU_PYTHON("gelu_python", torch::gelu),
    /** {@link #GELU} within [-10, 10]. */
    GELU_10(
            "gelu_10",
            x -> torch.clamp(torch.gelu(x), new ScalarOptional(new Scalar(-10)), new ScalarOptional(new Scalar(10)))),
    /** GELU by its tanh approximation, as in GPT-2. */
    GELU_NEW("gelu_new", TanhGelu::apply),
    /** Same function as {@link #GELU_NEW} under its newer name. */
    GELU_PYTORCH_TANH("gelu_pytorch_tanh", TanhGelu::apply),
    /** Same function as {@link #GELU_NEW}, written out in HF. */
    GELU_FAST("gelu_fast", TanhGelu::apply),
    /** Same function as {@link #GELU_NEW}, written out in HF. */
    GELU_PYTHON_TANH("gelu_python_tanh", TanhGelu::apply),
    /** Same function as {@link #GELU_NEW}, as MEGA has it. */
    GELU_ACCURATE("gelu_accurate", TanhGelu::apply),
    /** {@code x σ(1.702 x)}, an approximation of GELU. */
    QUICK_GELU("quick_gelu", x -> x.mul(x.mul(new Scalar(1.702)).sigmoid())),
    RELU("relu", torch::relu),
    /** {@code relu(x)²} (So et al. 2021). */
    RELU2("relu2", x -> torch.relu(x).square()),
    RELU6("relu6", torch::relu6),
    /** {@code x}, and {@code 0.01 x} below 0. */
    LEAKY_RELU("leaky_relu", torch::leaky_relu),
    SIGMOID("sigmoid", torch::sigmoid),
    SILU("silu", torch::silu),
    /** Same function as {@link #SILU} under its older name. */
    SWISH("swish", torch::silu),
    /** {@code x relu6(x + 3) / 6} (Howard et al. 2019). */
    HARDSWISH("hardswish", torch::hardswish),
    MISH("mish", torch::mish),
    /** {@code √(log(1 + exp x))}. */
    SQRT_SOFTPLUS("sqrtsoftplus", x -> torch.softplus(x).sqrt()),
    /** {@code (1 + erf((x - μ) / (σ √2))) / 2} with {@code μ = √½} and {@code σ = √(1/4π)} (Ma et al. 2023, eq. 16). */
    LAPLACE("laplace", Activation::laplace),
    TANH("tanh", torch::tanh),
    /** The identity. */
    LINEAR("linear", x -> x);

    private final String hfName;
    private final UnaryOperator<Tensor> function;

    Activation(String hfName, UnaryOperator<Tensor> function) {
        this.hfName = hfName;
        this.function = function;
    }

    /** With the constants as HF rounds them. */
    private static Tensor laplace(Tensor x) {
        Scalar spread = new Scalar(0.282095 * Math.sqrt(2.0));
        return x.sub(new Scalar(0.707107)).div(spread).erf().add(new Scalar(1)).mul(new Scalar(0.5));
    }

    /** Applies the function to each element. */
    public Tensor apply(Tensor input) {
        return function.apply(input);
    }

    /** Applies the function as an operator of {@code module}. */
    public Tensor forward(Module module, Tensor input) {
        double elements = input.numel();
        return module.observed(
                () -> Operator.elementwise(Operator.Kind.ACTIVATION, hfName, 2 * elements, 3 * elements),
                input,
                function);
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
