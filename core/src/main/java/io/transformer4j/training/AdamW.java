package io.transformer4j.training;

import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.FusedAdamW;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019). Matrices decay, biases and norms don't. The moments live
 * outside scopes until {@link #close}.
 */
public final class AdamW implements AutoCloseable {
    private static final String FIRST = ".exp_avg";
    private static final String SECOND = ".exp_avg_sq";

    private final List<String> names = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Tensor> firstMoments = new ArrayList<>();
    private final List<Tensor> secondMoments = new ArrayList<>();
    private final List<Double> scales = new ArrayList<>();
    private final TrainingArguments arguments;

    /**
     * An optimizer without steps behind it.
     *
     * @param trainable parameters by name; they stay the caller's
     * @param arguments give the betas, epsilon and the weight decay
     */
    public AdamW(Map<String, Parameter> trainable, TrainingArguments arguments) {
        this(trainable, arguments, name -> 1);
    }

    /**
     * An optimizer without steps behind it.
     *
     * @param learningRateScale factor of the learning rate for each parameter, by name
     */
    AdamW(Map<String, Parameter> trainable, TrainingArguments arguments, ToDoubleFunction<String> learningRateScale) {
        this.arguments = arguments;
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            trainable.forEach((name, parameter) -> {
                names.add(name);
                parameters.add(parameter);
                scales.add(learningRateScale.applyAsDouble(name));
                firstMoments.add(TensorScope.retain(torch.zeros_like(parameter.tensor())));
                secondMoments.add(TensorScope.retain(torch.zeros_like(parameter.tensor())));
            });
        }
    }

    /**
     * Applies all gradients on this thread; parameters without one stay as they are.
     *
     * @param step number of this update, from 1
     * @param gradScale what gradients are divided by first, or null
     */
    public void step(long step, double learningRate, @Nullable Double gradScale) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            step(GradientSlice.of(parameters), step, learningRate, gradScale);
        }
    }

    /**
     * Applies the gradients of some slices; calls with disjoint slices may run at the same time.
     *
     * @param step number of this update, from 1
     * @param gradScale what gradients are divided by first, or null
     */
    void step(List<GradientSlice> slices, long step, double learningRate, @Nullable Double gradScale) {
        Map<Settings, List<GradientSlice>> groups = new LinkedHashMap<>();
        slices.forEach(slice -> groups.computeIfAbsent(settings(slice), group -> new ArrayList<>())
                .add(slice));
        groups.forEach((group, members) -> apply(members, step, learningRate * group.scale, group.decay, gradScale));
    }

    /** What parameters of one call have in common. */
    private record Settings(double scale, double decay) {}

    private Settings settings(GradientSlice slice) {
        return new Settings(scales.get(slice.parameter()), decays(slice) ? arguments.weightDecay() : 0);
    }

    private boolean decays(GradientSlice slice) {
        return parameters.get(slice.parameter()).shape().length >= 2;
    }

    private void apply(
            List<GradientSlice> slices, long step, double learningRate, double decay, @Nullable Double gradScale) {
        List<Tensor> weights = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        List<Tensor> first = new ArrayList<>();
        List<Tensor> second = new ArrayList<>();
        for (GradientSlice slice : slices) {
            Parameter parameter = parameters.get(slice.parameter());
            parameter.grad().ifPresent(gradient -> {
                weights.add(slice.of(parameter.tensor().detach()));
                gradients.add(slice.of(gradient));
                first.add(slice.of(firstMoments.get(slice.parameter())));
                second.add(slice.of(secondMoments.get(slice.parameter())));
            });
        }
        FusedAdamW.step(
                weights,
                gradients,
                first,
                second,
                new FusedAdamW.Settings(
                        step,
                        learningRate,
                        arguments.adamBeta1(),
                        arguments.adamBeta2(),
                        arguments.adamEpsilon(),
                        decay,
                        gradScale));
    }

    /** Both moments by parameter name; views of this optimizer's memory. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            state.put(names.get(i) + FIRST, firstMoments.get(i));
            state.put(names.get(i) + SECOND, secondMoments.get(i));
        }
        return state;
    }

    @Override
    public void close() {
        firstMoments.forEach(TensorScope::release);
        secondMoments.forEach(TensorScope::release);
    }
}
