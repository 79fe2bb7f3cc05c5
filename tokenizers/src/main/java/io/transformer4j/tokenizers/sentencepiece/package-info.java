/**
 * SentencePiece's own files, {@code .model} and {@code .spm}, as T5 and Marian have them.
 *
 * <pre>{@code
 * Tokenizer tokenizer = SentencePieceModel.read(Path.of("spiece.model")).toTokenizer();
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers.sentencepiece;

import org.jspecify.annotations.NullMarked;
