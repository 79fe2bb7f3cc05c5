package io.transformer4j.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;

/**
 * Operations whose backward pass is written by hand because autograd's own would be slow or keep too much.
 *
 * <p>The binding can't subclass autograd's functions, but it can replace a gradient on its way back. So the result is
 * an alias of the input (whose gradient passes unchanged) that is given other data, and a hook turns the gradient of the
 * result into that of the input.
 */
public final class CustomGradient {
    private CustomGradient() {}

    /**
     * A function that keeps its input's shape.
     *
     * @param input any shape
     * @param value computes the result from the input; runs without gradient
     * @param inputGradient computes the input's gradient from the result's; runs without gradient, once per backward
     *     pass, and may use {@code input} as long as the scope that owns it is open
     */
    public static Tensor sameShape(Tensor input, UnaryOperator<Tensor> value, UnaryOperator<Tensor> inputGradient) {
        Tensor result;
        try (NoGradGuard guard = new NoGradGuard()) {
            result = value.apply(input.detach());
        }
        if (!input.requires_grad() || !GradMode.is_enabled()) {
            return result;
        }
        Tensor alias = input.alias();
        alias.set_data(result);
        onGradient(alias, inputGradient);
        return alias;
    }

    /**
     * Replaces the gradient of {@code tensor} by {@code function} of it, each time one is computed.
     *
     * @return {@code tensor}
     */
    public static Tensor onGradient(Tensor tensor, UnaryOperator<Tensor> function) {
        tensor.register_hook(new TensorTensorHook() {
            @Override
            public TensorBase call(TensorBase gradient) {
                try (TensorScope scope = new TensorScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    return scope.keep(function.apply(new Tensor(gradient)));
                }
            }
        });
        return tensor;
    }
}
