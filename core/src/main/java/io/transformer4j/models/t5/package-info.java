/**
 * T5 (Raffel et al. 2020) and T5 1.1: a pre-norm encoder–decoder with relative positions and without biases, in HF's
 * checkpoint layout.
 *
 * <pre>{@code
 * T5ForConditionalGeneration model = Models.load(folder, T5ForConditionalGeneration.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.t5;

import org.jspecify.annotations.NullMarked;
