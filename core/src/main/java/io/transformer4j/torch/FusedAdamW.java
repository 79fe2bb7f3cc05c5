package io.transformer4j.torch;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** libtorch's fused AdamW update: one pass over weights, gradients and both moments. */
public final class FusedAdamW {
    private static final String SCHEMA =
            "aten::_fused_adamw_(Tensor(a!)[] self, Tensor(b!)[] grads, Tensor(c!)[] exp_avgs,"
                    + " Tensor(d!)[] exp_avg_sqs, Tensor(e!)[] max_exp_avg_sqs, Tensor[] state_steps, *, float lr, float beta1,"
                    + " float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None,"
                    + " Tensor? found_inf=None) -> ()";

    private static final boolean AMSGRAD = false;
    private static final List<Tensor> NO_MAXIMA = List.of(); // which are AMSGrad's
    private static final boolean MAXIMIZE = false;

    private static final class Holder {
        static final NativeOperator OPERATOR = new NativeOperator(SCHEMA);
    }

    private FusedAdamW() {}

    /**
     * Settings of one update.
     *
     * @param step number of this update, from 1
     * @param gradScale what gradients are divided by first, or null: clipping at no cost
     */
    public record Settings(
            long step,
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            @Nullable Double gradScale) {}

    /** Updates {@code weights} and both moments in place; the four lists match element by element, all float32. */
    public static void step(
            List<Tensor> weights,
            List<Tensor> gradients,
            List<Tensor> firstMoments,
            List<Tensor> secondMoments,
            Settings settings) {
        if (weights.isEmpty()) {
            return;
        }
        Tensor like = weights.get(0);
        Tensor step = like.new_zeros().fill_(new Scalar((double) settings.step()));
        List<Tensor> steps = weights.stream().map(weight -> step).toList();
        Tensor gradScale =
                settings.gradScale() == null ? null : like.new_zeros().fill_(new Scalar(settings.gradScale()));
        Holder.OPERATOR.call(
                weights,
                gradients,
                firstMoments,
                secondMoments,
                NO_MAXIMA,
                steps,
                settings.learningRate(),
                settings.beta1(),
                settings.beta2(),
                settings.weightDecay(),
                settings.epsilon(),
                AMSGRAD,
                MAXIMIZE,
                gradScale,
                null); // found_inf, which is for gradients that may overflow
    }
}
