package io.transformer4j.torch;

import java.util.List;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Operator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** libtorch's fused AdamW update: one pass over weights, gradients and both moments. */
public final class FusedAdamW {
    private static final String SCHEMA =
            "aten::_fused_adamw_(Tensor(a!)[] self, Tensor(b!)[] grads, Tensor(c!)[] exp_avgs,"
                    + " Tensor(d!)[] exp_avg_sqs, Tensor(e!)[] max_exp_avg_sqs, Tensor[] state_steps, *, float lr, float beta1,"
                    + " float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale=None,"
                    + " Tensor? found_inf=None) -> ()";

    private static final class Holder {
        static final Operator OPERATOR = TensorScope.retain(torch.getOperatorForLiteral(SCHEMA));
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
        IValueVector stack = new IValueVector();
        for (List<Tensor> list : List.of(weights, gradients, firstMoments, secondMoments, List.<Tensor>of(), steps)) {
            stack.push_back(tensorList(list));
        }
        stack.push_back(new IValue(settings.learningRate()));
        stack.push_back(new IValue(settings.beta1()));
        stack.push_back(new IValue(settings.beta2()));
        stack.push_back(new IValue(settings.weightDecay()));
        stack.push_back(new IValue(settings.epsilon()));
        stack.push_back(new IValue(false));
        stack.push_back(new IValue(false));
        stack.push_back(
                settings.gradScale() == null
                        ? new IValue()
                        : new IValue(like.new_zeros().fill_(new Scalar(settings.gradScale()))));
        stack.push_back(new IValue());
        Holder.OPERATOR.getOperation().apply(stack);
    }

    private static IValue tensorList(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
        return new IValue(list);
    }
}
