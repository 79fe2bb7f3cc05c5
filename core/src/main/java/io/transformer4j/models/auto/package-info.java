/**
 * Loading and saving of any supported model by what its {@code config.json} says. A model's name may be a folder, a built-in name or an id
 * of the Hugging Face hub.
 *
 * <pre>{@code
 * try (PretrainedModel model = Models.load("google-bert/bert-base-uncased")) {
 *     Models.save(model, Path.of("copy"));
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.auto;

import org.jspecify.annotations.NullMarked;
