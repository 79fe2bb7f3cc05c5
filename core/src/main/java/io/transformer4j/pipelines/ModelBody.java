package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.BaseModelOutput;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.WeightLoader;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.models.gpt2.GPT2Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Device;

/** A model without its head, whatever head its checkpoint has. */
@FunctionalInterface
interface ModelBody {
    /** Hidden states of all tokens. */
    BaseModelOutput forward(ModelInputs inputs, boolean outputHiddenStates);

    /** The body behind {@code model}, one of those that {@link #load} gives. */
    static ModelBody of(PretrainedModel model) {
        if (model instanceof BertModel bert) {
            return bert::forward;
        }
        if (model instanceof GPT2Model gpt2) {
            return (inputs, outputHiddenStates) -> gpt2.forward(inputs, null, outputHiddenStates);
        }
        throw new IllegalArgumentException("vectors of " + model.architecture() + " aren't supported");
    }

    /** Loads the bare model. Its pooler may be missing: models that were trained without one have none, and none is used. */
    static PretrainedModel load(Path folder, Device device) {
        Path file = folder.resolve(Models.CONFIG_NAME);
        Map<String, Object> tree = ConfigJson.readTree(file);
        String architecture = "gpt2".equals(tree.get("model_type")) ? "GPT2Model" : "BertModel";
        PretrainedModel model = Models.build(tree, architecture, file);
        try {
            List<String> missing = WeightLoader.loadPartly(model, folder, device, 0).initialized().stream()
                    .filter(key -> !key.startsWith("pooler."))
                    .toList();
            if (!missing.isEmpty()) {
                throw new CheckpointException(
                        folder, "lacks " + String.join(", ", missing) + " (" + architecture + ")");
            }
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }
}
