package io.transformer4j.finetuning;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Device;

/** Encoders with heads of their family for tasks with labels. */
final class NewHeads {
    private NewHeads() {}

    static TrainableModel open(
            Path encoder, String architecture, Labels labels, FineTuneSettings settings, Device device) {
        Path file = encoder.resolve(Models.CONFIG_NAME);
        Map<String, Object> tree = labels.addTo(ConfigJson.readTree(file));
        long seed = settings.training().seed();
        PretrainedModel model;
        if (settings.fromScratch()) {
            model = Models.buildWithHead(tree, architecture, file);
            model.initializeWeights(seed, device);
        } else {
            model = Models.loadWithNewHead(encoder, tree, architecture, device, seed);
        }
        if (model instanceof TrainableModel trainable) {
            return trainable;
        }
        model.close();
        throw new CheckpointException(encoder, "is of a family that can't be fine-tuned on this task");
    }
}
