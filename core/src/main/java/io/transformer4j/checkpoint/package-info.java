/**
 * Model folders in Hugging Face's layout: safetensors weights, whole or in shards, and {@code config.json}, plus folders that a
 * training run saves and resumes from. Reading maps the file, so a tensor costs memory only when it is used; everything
 * written appears under its name complete or not at all. Pickle files are refused, since reading one runs its code.
 *
 * <pre>{@code
 * BertConfig config = ConfigJson.read(folder.resolve("config.json"), BertConfig.class);
 * try (CheckpointReader weights = CheckpointReader.open(folder)) {
 *   Tensor words = weights.tensor("bert.embeddings.word_embeddings.weight");   // [vocabSize, hiddenSize]
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.checkpoint;

import org.jspecify.annotations.NullMarked;
