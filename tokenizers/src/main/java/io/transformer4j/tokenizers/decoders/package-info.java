/**
 * Last stage: from tokens back to text.
 *
 * <p>A {@link io.transformer4j.tokenizers.decoders.Decoder} rewrites the list of tokens so that joining it gives the text; each
 * record here is one variant and mirrors its JSON object in {@code tokenizer.json}.
 */
@NullMarked
package io.transformer4j.tokenizers.decoders;

import org.jspecify.annotations.NullMarked;
