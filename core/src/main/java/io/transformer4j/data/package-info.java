/**
 * From files of text to batches of token ids, in plain Java on primitive arrays.
 *
 * <p>A {@link io.transformer4j.data.Corpus} is tokenized once into a memory-mapped
 * {@link io.transformer4j.data.TokenCache}; a {@link io.transformer4j.data.Dataset} cuts examples out of it, and a
 * {@link io.transformer4j.data.DataLoader} shuffles, collates and prefetches them. Everything random is a pure function
 * of (seed, epoch, example), so that a run is resumed from two numbers, {@link io.transformer4j.data.DataPosition}.
 *
 * <pre>{@code
 * TextEncoder encoder = TextEncoder.of(tokenizer);
 * Corpus corpus = Corpus.of(List.of("books/"), CorpusOptions.builder().build());
 * TokenCache cache = TokenCacheBuilder.of(corpus, encoder).openOrBuild(Path.of("books.tokens"));
 * Dataset dataset = new MlmDataset(cache, encoder.specialTokens(), 128, SequencePacking.DOC_SENTENCES);
 * DataCollator collator = new DataCollatorForLanguageModeling(encoder, 0.15, false, seed);
 * try (DataLoader loader = DataLoader.open(dataset, collator, options, DataPosition.START)) {
 *   Batch batch = loader.next();
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.data;

import org.jspecify.annotations.NullMarked;
