/**
 * Longformer (Beltagy et al. 2020): RoBERTa with attention in windows, for long documents. In HF's checkpoint layout.
 *
 * <pre>{@code
 * LongformerModel model = Models.load(folder, LongformerModel.class, Devices.parse("auto"));
 * BaseModelOutput output = model.forward(inputs.withGlobalAttention(flags)); // one flag per token
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.longformer;

import org.jspecify.annotations.NullMarked;
