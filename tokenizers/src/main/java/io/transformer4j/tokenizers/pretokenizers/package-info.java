/**
 * Second stage: cutting the text into words, beyond whose edges no token goes.
 *
 * <p>{@link io.transformer4j.tokenizers.pretokenizers.PreTokenizer} is the stage; each record here is one variant and mirrors its
 * JSON object in {@code tokenizer.json}. {@link io.transformer4j.tokenizers.pretokenizers.Gpt2Splitter} is GPT-2's pattern written
 * out by hand.
 *
 * <pre>{@code
 * var text = new PreTokenizedString(NormalizedString.of("Hello, world"));
 * new BertPreTokenizer().preTokenize(text); // Hello | , | world
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers.pretokenizers;

import org.jspecify.annotations.NullMarked;
