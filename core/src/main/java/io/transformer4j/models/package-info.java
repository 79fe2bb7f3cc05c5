/**
 * What all models share: configuration, inputs, layers, weights and their Hugging Face names.
 *
 * <p>A family is a package below this one with a configuration record, a model built from {@link
 * io.transformer4j.models.TransformerLayer}s, and a {@link io.transformer4j.models.WeightMap}:
 *
 * <pre>{@code
 * try (BertForMaskedLM model = Models.load(folder, BertForMaskedLM.class, Devices.parse("auto"));
 *         TensorScope scope = new TensorScope()) {
 *     Tensor hidden = model.encoder().forward(ModelInputs.of(ids, Devices.cpu())).lastHiddenState();
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models;

import org.jspecify.annotations.NullMarked;
