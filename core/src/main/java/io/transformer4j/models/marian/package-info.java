/**
 * Marian (Junczys-Dowmunt et al. 2018): the post-norm encoder–decoder of the OPUS-MT translators, with sinusoidal
 * positions, in HF's checkpoint layout.
 *
 * <pre>{@code
 * MarianMTModel model = Models.load(folder, MarianMTModel.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.marian;

import org.jspecify.annotations.NullMarked;
