/**
 * Learning vocabularies from text.
 *
 * <p>{@link io.transformer4j.tokenizers.trainers.WordPieceTrainer}, {@link io.transformer4j.tokenizers.trainers.BpeTrainer} and {@link
 * io.transformer4j.tokenizers.trainers.UnigramTrainer} count words in parallel, learn pieces from the words and their counts, and return a
 * ready tokenizer. The result depends on the text alone: not on the number of threads, nor on the order of the lines.
 *
 * <pre>{@code
 * Tokenizer tokenizer = WordPieceTrainer.builder().vocabSize(30_000).build()
 *     .train(List.of(Path.of("corpus.txt")), ProgressListener.NONE);
 * tokenizer.save(Path.of("out"));
 * }</pre>
 */
@NullMarked
package io.transformer4j.tokenizers.trainers;

import org.jspecify.annotations.NullMarked;
