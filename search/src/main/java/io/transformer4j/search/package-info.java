/**
 * Finds texts by meaning: passages of files become vectors, Apache Lucene's graph of near neighbours (HNSW; Malkov and Yashunin 2020)
 * keeps them, and a query finds those that point most nearly in its direction. {@link io.transformer4j.search.SearchIndex} is the entry.
 *
 * <pre>{@code
 * try (ModelEmbedder embedder = ModelEmbedder.open(Path.of("all-MiniLM-L6-v2"), PipelineOptions.DEFAULT);
 *         SearchIndex index = SearchIndex.open(Path.of("index"), embedder)) {
 *     index.update(List.of(Path.of("docs")), PassageOptions.DEFAULT, ProgressListener.NONE);
 *     index.search("how do I save a model?", 5).forEach(hit -> show(hit.score(), hit.passage()));
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.search;

import org.jspecify.annotations.NullMarked;
