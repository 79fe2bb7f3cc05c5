package io.transformer4j.generation;

import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;

/** What a model thinks of next tokens, without cache. */
final class LogProbabilities {
    private LogProbabilities() {}

    static float[] of(CausalLanguageModel model, int... ids) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            return TensorData.floats(model.nextTokenLogits(ModelInputs.of(List.of(ids), Devices.cpu()), null)
                    .log_softmax(1));
        }
    }

    /** The best of the tokens behind {@code ids} and {@code next}. */
    static double best(CausalLanguageModel model, int[] ids, int next) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = next;
        float best = Float.NEGATIVE_INFINITY;
        for (float value : of(model, longer)) {
            best = Math.max(best, value);
        }
        return best;
    }
}
