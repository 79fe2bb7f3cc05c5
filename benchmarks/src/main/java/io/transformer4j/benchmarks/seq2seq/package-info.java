/**
 * Training and beam search of a translation model beside Hugging Face's {@code MarianMTModel}: same weights, same batches of
 * sentences of real lengths, same hyper-parameters. {@link io.transformer4j.benchmarks.seq2seq.Seq2SeqBenchmark} is the entry.
 */
@NullMarked
package io.transformer4j.benchmarks.seq2seq;

import org.jspecify.annotations.NullMarked;
