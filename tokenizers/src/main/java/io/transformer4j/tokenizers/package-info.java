/**
 * Text to token ids and back: the Hugging Face tokenizer pipeline in pure Java.
 *
 * <p>{@link io.transformer4j.tokenizers.Tokenizer} is the entry: it loads and saves {@code tokenizer.json}, encodes and decodes.
 * {@link io.transformer4j.tokenizers.Tokenizers} has the pipelines of well-known models, the {@code trainers} package learns
 * vocabularies. No native code, no dependency on models or training. All are thread-safe once built.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.load(Path.of("bert-base-uncased"));       // tokenizer.json, vocab.txt, merges.txt, .spm …
 * Encoding encoding = tokenizer.encode("Is it raining?", "Yes.");           // [CLS] is it raining ? [SEP] yes . [SEP]
 * int[] ids = encoding.ids();
 * int[][] places = encoding.codePointOffsets();                             // of each token in its text
 * String text = tokenizer.decode(ids, true);                                // "is it raining? yes."
 *
 * EncodeOptions batch = EncodeOptions.defaults()
 *     .withTruncation(Truncation.toLength(128))
 *     .withPadding(Padding.longest(0, "[PAD]").withMultipleOf(8));
 * List<Encoding> encodings = tokenizer.encodeBatch(lines, batch);           // on all processors
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers;

import org.jspecify.annotations.NullMarked;
