package io.transformer4j.training;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.WeightMap;
import io.transformer4j.torch.Devices;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/** A tiny GPT-2 whose losses a test can change or hold up. */
final class SteeredModel extends TrainableModel {
    private final TrainableModel inner = child("inner", TinyModels.GPT2.build(0.1, 2));
    private final Steering steering;

    /** What becomes of a loss; {@code training} is false in evaluation. */
    interface Steering {
        Tensor apply(Tensor loss, boolean training);
    }

    private SteeredModel(Steering steering) {
        this.steering = steering;
    }

    /** A model with weights. */
    static SteeredModel withWeights(Steering steering) {
        SteeredModel model = new SteeredModel(steering);
        model.initializeWeights(7, Devices.cpu());
        return model;
    }

    /** Steers training losses only, by the number of the call from 1. */
    static SteeredModel byTrainingCall(Function<Integer, Function<Tensor, Tensor>> steering) {
        int[] calls = new int[1];
        return withWeights(
                (loss, training) -> training ? steering.apply(++calls[0]).apply(loss) : loss);
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        Tensor loss = inner.loss(inputs, targets, totals).total();
        return new Loss(steering.apply(loss, isTraining()), Map.of());
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        return inner.outputs(inputs);
    }

    @Override
    public PretrainedConfig config() {
        return inner.config();
    }

    @Override
    public WeightMap weightMap() {
        return inner.weightMap().prefixed("inner.", "");
    }

    @Override
    public String baseModelPrefix() {
        return inner.baseModelPrefix();
    }

    @Override
    protected SteeredModel newInstance() {
        return new SteeredModel(steering);
    }
}
