package io.transformer4j.models;

import io.transformer4j.attention.KvCache;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A model that predicts the next token from those before it. */
public interface CausalLanguageModel extends GenerativeModel {
    /**
     * Logits of the token after each sequence's last one.
     *
     * @param inputs the next tokens of each sequence; with a cache, positions continue those of the cache
     * @param cache what the sequences have so far, which this call extends; null for none
     * @return {@code [batch, vocabSize]}
     */
    Tensor nextTokenLogits(ModelInputs inputs, @Nullable KvCache cache);

    /** Leaves at least one position for what is written. */
    @Override
    default int maxPromptLength() {
        return config().maxInputLength() - 1;
    }

    @Override
    default Decoding decode(List<int[]> inputs) {
        return new CausalDecoding(this, inputs);
    }
}
