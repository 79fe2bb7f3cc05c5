package io.transformer4j.torch;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.TensorTensorHook;
import org.jspecify.annotations.Nullable;

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

    /** Computes the gradients of several inputs at once. */
    @FunctionalInterface
    public interface Gradients {
        /**
         * Gradients of the inputs, in their order; null for one that isn't asked for or has none.
         *
         * @param upstream gradient of the result
         */
        @Nullable
        Tensor[] of(Tensor upstream);
    }

    /**
     * A function of several inputs with a result of any shape.
     *
     * @param inputs what gradients may flow to
     * @param value computes the result, a fresh tensor; runs without gradient
     * @param gradients computes the gradients of the inputs; runs without gradient, once per backward pass, and may use
     *     tensors of the scope that is open now as long as it is open
     */
    public static Tensor of(List<Tensor> inputs, Supplier<Tensor> value, Gradients gradients) {
        Tensor result;
        try (NoGradGuard guard = new NoGradGuard()) {
            result = value.get();
        }
        if (!GradMode.is_enabled() || inputs.stream().noneMatch(Tensor::requires_grad)) {
            return result;
        }
        Handover handover = new Handover(inputs.size());
        result = result.detach(); // not a view, as far as autograd is concerned
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).requires_grad()) {
                result.add_(handover.link(inputs.get(i), i));
            }
        }
        return onGradient(result, upstream -> {
            handover.put(gradients.of(upstream));
            return upstream;
        });
    }

    /** Gradients on their way from the hook of the result, which computes them, to the hooks of the inputs. */
    private static final class Handover {
        private final @Nullable Tensor[] gradients;
        private final boolean[] wanted;

        Handover(int inputs) {
            gradients = new Tensor[inputs];
            wanted = new boolean[inputs];
        }

        /**
         * The sum of no elements of {@code input}: adding this zero makes the result depend on the input. The gradient
         * on its way back is replaced by what was {@link #put}.
         */
        Tensor link(Tensor input, int index) {
            wanted[index] = true;
            return onGradient(input.alias(), ignored -> take(index))
                    .narrow(0, 0, 0)
                    .sum();
        }

        void put(@Nullable Tensor[] computed) {
            for (int i = 0; i < computed.length; i++) {
                Tensor gradient = computed[i];
                if (wanted[i] && gradient != null) {
                    gradients[i] = TensorScope.retain(gradient);
                }
            }
        }

        private Tensor take(int index) {
            Tensor gradient = Objects.requireNonNull(gradients[index], "no gradient computed for input " + index);
            gradients[index] = null;
            Tensor result = gradient.alias();
            TensorScope.release(gradient);
            return result;
        }
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
