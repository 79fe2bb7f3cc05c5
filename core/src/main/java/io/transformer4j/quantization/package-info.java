/**
 * Weights in 8 bits for inference, for every family: a linear map stays what it is, its matrix is stored otherwise. {@link
 * io.transformer4j.quantization.QuantizationReport} says what that costs and brings.
 *
 * <pre>{@code
 * PretrainedModel model = Quantization.INT8_DYNAMIC.apply(Models.load(folder, Devices.cpu()));
 * }</pre>
 */
@NullMarked
package io.transformer4j.quantization;

import org.jspecify.annotations.NullMarked;
