package io.transformer4j.models;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a bare model returns.
 *
 * @param lastHiddenState {@code [tokens, hiddenSize]}
 * @param hiddenStates after the embeddings and after each layer, the last one included; empty unless asked for
 */
public record BaseModelOutput(Tensor lastHiddenState, List<Tensor> hiddenStates) {
    /** All tensors by HF's names; a new map that may be added to. */
    public Map<String, Tensor> named() {
        Map<String, Tensor> named = new LinkedHashMap<>();
        named.put("last_hidden_state", lastHiddenState);
        for (int i = 0; i < hiddenStates.size(); i++) {
            named.put("hidden_states/" + i, hiddenStates.get(i));
        }
        return named;
    }
}
