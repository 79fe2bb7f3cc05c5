/**
 * What all encoder–decoder families share: embeddings, layers, stacks, loss, heads for classes and spans, and the state of a text in the
 * making.
 *
 * <p>A family is a configuration that says what it is in the words of {@link
 * io.transformer4j.models.seq2seq.EncoderDecoderSpec}, and a subclass of {@link
 * io.transformer4j.models.seq2seq.EncoderDecoderModel} with its names of the weights.
 *
 * <pre>{@code
 * try (Decoding decoding = model.decode(List.of(source))) { // encodes the source once
 *     Tensor logits = decoding.first();                      // [1, vocabSize]
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.seq2seq;

import org.jspecify.annotations.NullMarked;
