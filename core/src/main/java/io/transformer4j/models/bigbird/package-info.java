/**
 * BigBird (Zaheer et al. 2020): BERT with block-sparse attention, for long documents. In HF's checkpoint layout, with exactly
 * HF's blocks.
 *
 * <pre>{@code
 * BigBirdModel model = Models.load(folder, BigBirdModel.class, Devices.parse("auto"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.bigbird;

import org.jspecify.annotations.NullMarked;
