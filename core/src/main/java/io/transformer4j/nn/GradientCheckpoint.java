package io.transformer4j.nn;

import io.transformer4j.torch.CustomGradient;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * A block that keeps nothing but its input for the backward pass, which runs it again (Chen et al. 2016): the memory of one
 * block's activations at a time, for one more forward pass. Gradients are the same to the last bit, since dropout draws its
 * masks again.
 */
public final class GradientCheckpoint {
    private final List<Tensor> inputs;
    private final Function<List<Tensor>, Tensor> forward;
    private final List<Dropout> dropouts;
    private final List<Dropout.State> before;
    private final Precision precision;

    private GradientCheckpoint(Module block, List<Tensor> inputs, Function<List<Tensor>, Tensor> forward) {
        this.inputs = List.copyOf(inputs);
        this.forward = forward;
        dropouts = block.modules().stream()
                .filter(Dropout.class::isInstance)
                .map(Dropout.class::cast)
                .toList();
        before = states();
        precision = Precision.current(device());
    }

    private DeviceType device() {
        return inputs.get(0).is_cuda() ? DeviceType.CUDA : DeviceType.CPU;
    }

    /** A block with one input. */
    public static Tensor of(Module block, Tensor input, UnaryOperator<Tensor> forward) {
        return of(block, List.of(input), inputs -> forward.apply(inputs.get(0)));
    }

    /**
     * The block's result.
     *
     * @param block whose dropout and parameters {@code forward} uses; gradients of the parameters are accumulated as usual
     * @param inputs what {@code forward} depends on, besides parameters and constants
     * @param forward computes the result; called again in the backward pass, so it must not have effects of its own
     */
    public static Tensor of(Module block, List<Tensor> inputs, Function<List<Tensor>, Tensor> forward) {
        // Without a gradient to an input there is no hook.
        if (!GradMode.is_enabled() || inputs.stream().noneMatch(Tensor::requires_grad)) {
            return forward.apply(inputs);
        }
        GradientCheckpoint checkpoint = new GradientCheckpoint(block, inputs, forward);
        return CustomGradient.of(inputs, checkpoint::value, checkpoint::gradients);
    }

    /** With gradients, which nobody asks for, so that kernels are those of the second pass: others round in other ways. */
    private Tensor value() {
        try (TensorScope scope = new TensorScope();
                AutoGradMode mode = new AutoGradMode(true)) {
            return scope.keep(
                    forward.apply(inputs.stream().map(Tensor::detach).toList()).detach());
        }
    }

    private Tensor[] gradients(Tensor upstream) {
        List<Dropout.State> after = states();
        restore(before);
        List<Tensor> leaves = inputs.stream()
                .map(input -> input.detach().set_requires_grad(input.requires_grad()))
                .toList();
        try (AutoGradMode mode = new AutoGradMode(true)) {
            Tensor again;
            try (Precision.Region region = precision.enter(device())) {
                again = forward.apply(leaves);
            }
            again.backward(upstream, new BoolOptional(), false, new TensorArrayRefOptional());
        } finally {
            restore(after);
        }
        return leaves.stream().map(GradientCheckpoint::gradient).toArray(Tensor[]::new);
    }

    private static Tensor gradient(Tensor leaf) {
        Tensor gradient = leaf.grad(); // a reference into the leaf, which doesn't live as long
        return gradient.defined() ? gradient.detach() : torch.zeros_like(leaf);
    }

    private List<Dropout.State> states() {
        List<Dropout.State> states = new ArrayList<>(dropouts.size());
        dropouts.forEach(dropout -> states.add(dropout.state()));
        return states;
    }

    private void restore(List<Dropout.State> states) {
        for (int i = 0; i < states.size(); i++) {
            dropouts.get(i).restore(states.get(i));
        }
    }
}
