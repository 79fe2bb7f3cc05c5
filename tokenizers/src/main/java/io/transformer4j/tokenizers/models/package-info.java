/**
 * Third stage: cutting words into the pieces of a vocabulary.
 *
 * <p>{@link io.transformer4j.tokenizers.models.Model} is the stage, {@link io.transformer4j.tokenizers.models.Vocabulary} the
 * pieces and their ids. {@link io.transformer4j.tokenizers.models.WordPiece} matches in linear time on a
 * {@link io.transformer4j.tokenizers.models.WordPieceTrie}, {@link io.transformer4j.tokenizers.models.Bpe} merges by rank.
 */
@NullMarked
package io.transformer4j.tokenizers.models;

import org.jspecify.annotations.NullMarked;
