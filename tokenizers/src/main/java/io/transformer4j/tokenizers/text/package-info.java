/**
 * Text on its way to the model: what every stage of the pipeline reads and rewrites.
 *
 * <p>{@link io.transformer4j.tokenizers.text.NormalizedString} keeps, for each code point of the rewritten text, where it came
 * from in the original, so that offsets survive every stage. {@link io.transformer4j.tokenizers.text.PreTokenizedString} is a
 * list of such pieces, {@link io.transformer4j.tokenizers.text.TokenBuffer} the tokens that came out.
 * {@link io.transformer4j.tokenizers.text.UnicodeTables} holds the character classes, the same on every JDK.
 */
@NullMarked
package io.transformer4j.tokenizers.text;

import org.jspecify.annotations.NullMarked;
