package io.transformer4j.testing;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.NoGradGuard;

/** What models of any family make of texts. */
public final class ModelOutputs {
    private ModelOutputs() {}

    /** All outputs by name; a decoder reads the same texts as the encoder. */
    public static Map<String, float[]> of(PretrainedModel model, List<int[]> texts) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            ModelInputs inputs = ModelInputs.of(texts, model.device());
            Map<String, float[]> values = new TreeMap<>();
            model.outputs(inputs.withDecoder(inputs))
                    .forEach((name, value) -> values.put(name, TensorData.floats(value)));
            return values;
        }
    }
}
