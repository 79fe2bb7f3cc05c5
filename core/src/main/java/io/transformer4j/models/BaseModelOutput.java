package io.transformer4j.models;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a bare model returns.
 *
 * @param lastHiddenState {@code [tokens, hiddenSize]}
 * @param hiddenStates after the embeddings and after each layer, the last one included; empty unless asked for
 */
public record BaseModelOutput(Tensor lastHiddenState, List<Tensor> hiddenStates) {}
