/**
 * Fourth stage: special tokens around the text, and offsets as users expect them.
 *
 * <p>A {@link io.transformer4j.tokenizers.postprocessors.PostProcessor} says what stands where as a list of
 * {@link io.transformer4j.tokenizers.postprocessors.Piece}s; the tokenizer puts them together.
 */
@NullMarked
package io.transformer4j.tokenizers.postprocessors;

import org.jspecify.annotations.NullMarked;
