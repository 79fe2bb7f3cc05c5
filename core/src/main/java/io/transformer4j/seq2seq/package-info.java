/**
 * Training of encoder–decoder models on pairs of texts: tokenizers learnt on the way, and examples for a {@link
 * io.transformer4j.training.Trainer}.
 *
 * <pre>{@code
 * ParallelText text = ParallelText.ofFiles(Path.of("train.en"), Path.of("train.de"));
 * Seq2SeqTokenizers tokenizers = Seq2SeqTokenizers.train(text, new Settings(Type.BPE, 10_000, true, false, false), 2);
 * Seq2SeqExamples examples = Seq2SeqExamples.of(text, tokenizers, 256, 1);
 * }</pre>
 */
@NullMarked
package io.transformer4j.seq2seq;

import org.jspecify.annotations.NullMarked;
