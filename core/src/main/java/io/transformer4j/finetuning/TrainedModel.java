package io.transformer4j.finetuning;

import io.transformer4j.training.TrainerState;
import java.nio.file.Path;

/**
 * What training left.
 *
 * @param folder with the model and its tokenizer
 * @param state of the trainer at the end
 * @param secondsPerEpoch time in training steps for one pass over the data
 * @param preparationSeconds time before the first step: features that were computed or read
 * @param truncated training examples that were cut
 */
public record TrainedModel(
        Path folder, TrainerState state, double secondsPerEpoch, double preparationSeconds, long truncated) {}
