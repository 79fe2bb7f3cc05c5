/**
 * Text to token ids and back: the Hugging Face tokenizer pipeline in pure Java.
 *
 * <p>{@link io.transformer4j.tokenizers.Tokenizer} is the entry: it loads and saves {@code tokenizer.json}, encodes and decodes.
 * {@link io.transformer4j.tokenizers.Tokenizers} has the pipelines of well-known models, the {@code trainers} package learns
 * vocabularies. No native code, no dependency on the rest of Transformer4j.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.load(Path.of("bert-base-uncased"));
 * Encoding encoding = tokenizer.encode("Is it raining?", "Yes.");
 * encoding.ids();
 * tokenizer.decode(encoding.ids(), true);
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers;

import org.jspecify.annotations.NullMarked;
