/**
 * First stage: rewriting the text, with every code point still knowing where it came from.
 *
 * <p>{@link io.transformer4j.tokenizers.normalizers.Normalizer} is the stage; each record here is one variant and mirrors its JSON
 * object in {@code tokenizer.json}.
 *
 * <pre>{@code
 * NormalizedString text = NormalizedString.of("Héllo");
 * BertNormalizer.uncased().normalize(text); // hello
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers.normalizers;

import org.jspecify.annotations.NullMarked;
