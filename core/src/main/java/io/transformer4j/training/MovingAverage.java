package io.transformer4j.training;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * An exponential moving average of a model's weights: {@code average ← d · average + (1 - d) · weights} after each update,
 * where {@code d} rises to its final value as {@code (1 + updates) / (10 + updates)}, so that the first values are soon
 * forgotten. Like the mean of checkpoints it lies nearer to a minimum than any single step (Polyak and Juditsky 1992).
 *
 * <p>It changes the model's weights only in {@link #show} and {@link #hide}, which must not be called while gradients are
 * computed. Its memory lives outside scopes until {@link #close}. Not thread-safe: calls are made under the trainer's lock.
 */
final class MovingAverage implements AutoCloseable {
    private final double decay;
    private final Map<String, Parameter> parameters;
    private final Map<String, Tensor> others = new LinkedHashMap<>();
    private boolean shown;

    /**
     * An average that begins at the present weights.
     *
     * @param trainable parameters by name; they stay the caller's
     * @param decay in [0, 1)
     */
    MovingAverage(Map<String, Parameter> trainable, double decay) {
        this.decay = decay;
        this.parameters = trainable;
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            trainable.forEach((name, parameter) -> others.put(
                    name, TensorScope.retain(parameter.tensor().detach().clone())));
        }
    }

    /**
     * Takes the present weights in.
     *
     * @param updates of the weights so far, this one included
     */
    void update(long updates) {
        Scalar share = new Scalar(1 - Math.min(decay, (1.0 + updates) / (10.0 + updates)));
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            parameters.forEach((name, parameter) ->
                    others.get(name).lerp_(parameter.tensor().detach(), share));
        }
    }

    /**
     * Gives the model the averages until {@link #hide}; does nothing if it has them.
     *
     * @return whether it hadn't
     */
    boolean show() {
        if (shown) {
            return false;
        }
        swap();
        return true;
    }

    /** Gives the model back the weights that are trained. */
    void hide() {
        if (shown) {
            swap();
        }
    }

    /** The averages by the names of the parameters, wherever they are now. */
    Map<String, Tensor> averages() {
        return values(shown);
    }

    /** The weights that are trained, wherever they are now. */
    Map<String, Tensor> trained() {
        return values(!shown);
    }

    private Map<String, Tensor> values(boolean ofModel) {
        if (!ofModel) {
            return others;
        }
        Map<String, Tensor> values = new LinkedHashMap<>();
        parameters.forEach(
                (name, parameter) -> values.put(name, parameter.tensor().detach()));
        return values;
    }

    private void swap() {
        try (NoGradGuard guard = new NoGradGuard()) {
            parameters.forEach((name, parameter) -> {
                try (TensorScope scope = new TensorScope()) {
                    Tensor weights = parameter.tensor().detach();
                    Tensor before = weights.clone();
                    weights.copy_(others.get(name));
                    others.get(name).copy_(before);
                }
            });
        }
        shown = !shown;
    }

    /** Takes the model's weights for the averages, and gives it those of a file of {@link #trained}. */
    void readTrained(Path file) {
        try (SafetensorsFile trained = SafetensorsFile.open(file);
                TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            if (!trained.names().equals(parameters.keySet())) {
                throw new CheckpointException(file, "holds other parameters than this model trains");
            }
            others.forEach((name, tensor) -> tensor.copy_(trained.tensor(name)));
        }
        shown = true;
        hide();
    }

    @Override
    public void close() {
        others.values().forEach(TensorScope::release);
    }
}
