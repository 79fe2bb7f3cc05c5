/**
 * SentencePiece's own files, {@code .model} and {@code .spm}, as T5 and Marian have them: read and written.
 *
 * <p>{@link io.transformer4j.tokenizers.SentencePieceTokenizers} makes tokenizers of them.
 *
 * <pre>{@code
 * Tokenizer tokenizer = SentencePieceTokenizers.t5(SentencePieceModel.read(Path.of("spiece.model")), 100);
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers.sentencepiece;

import org.jspecify.annotations.NullMarked;
