package io.transformer4j.nn;

import io.transformer4j.torch.CustomGradient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Is told when the operators of a model begin and end, forward and backward; see {@link Module#observe}. All calls come from the thread
 * that computes.
 */
public interface OperatorObserver {
    /** Observes nothing, at no cost. */
    OperatorObserver NONE = new OperatorObserver() {
        @Override
        public Run began(Module module, Operator operator, int inputs) {
            throw new IllegalStateException("a module without observer doesn't tell of its operators");
        }
    };

    /** One run of an operator. */
    interface Run {
        /** The result is there. */
        void forwardEnded();

        /** The gradient of the result is there. */
        void backwardBegan();

        /** The gradient of one of the inputs is there. */
        void backwardEnded();
    }

    /** The passes of a training step. */
    enum Pass {
        FORWARD,
        BACKWARD
    }

    /**
     * An operator begins its forward pass.
     *
     * @param inputs how many of its inputs get a gradient: so often {@link Run#backwardEnded} will be called
     */
    Run began(Module module, Operator operator, int inputs);

    /** A pass over a (micro-)batch begins; the one before it has ended. */
    default void passBegan(Pass pass) {}

    /** The last pass has ended. */
    default void passesEnded() {}

    /**
     * Runs an operator under observation. The moments of the backward pass are those at which gradients arrive at aliases of its inputs
     * and of its result.
     */
    static Tensor run(
            OperatorObserver observer,
            Module module,
            Operator operator,
            List<Tensor> inputs,
            Function<List<Tensor>, Tensor> forward) {
        boolean training = GradMode.is_enabled();
        int differentiable =
                training ? (int) inputs.stream().filter(Tensor::requires_grad).count() : 0;
        Run run = observer.began(module, operator, differentiable);
        List<Tensor> aliases = new ArrayList<>(inputs.size());
        for (Tensor input : inputs) {
            aliases.add(training && input.requires_grad() ? watched(input, run::backwardEnded) : input);
        }
        Tensor result = forward.apply(aliases);
        if (training && result.requires_grad()) {
            result = watched(result, run::backwardBegan);
        }
        run.forwardEnded();
        return result;
    }

    private static Tensor watched(Tensor tensor, Runnable whenGradientArrives) {
        return CustomGradient.onGradient(tensor.alias(), gradient -> {
            whenGradientArrives.run();
            return gradient;
        });
    }
}
