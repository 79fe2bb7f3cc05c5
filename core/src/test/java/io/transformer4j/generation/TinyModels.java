package io.transformer4j.generation;

import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.torch.Devices;

/** Small models with random weights, large enough for their predictions to differ from place to place. */
final class TinyModels {
    static final int POSITIONS = 48;

    private TinyModels() {}

    static GPT2LMHeadModel gpt2(int vocabSize) {
        return gpt2(vocabSize, POSITIONS);
    }

    static GPT2LMHeadModel gpt2(int vocabSize, int positions) {
        GPT2LMHeadModel model = new GPT2LMHeadModel(GPT2Config.SMALL.with(c -> c.vocabSize(vocabSize)
                .nPositions(positions)
                .nEmbd(32)
                .nLayer(2)
                .nHead(4)
                .initializerRange(0.4)));
        model.initializeWeights(7, Devices.cpu());
        return model;
    }
}
