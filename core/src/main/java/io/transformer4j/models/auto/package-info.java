/**
 * Loading and saving of any supported model by what its {@code config.json} says.
 *
 * <pre>{@code
 * try (PretrainedModel model = Models.load(Path.of("my-bert"), Devices.parse("auto"))) {
 *     Models.save(model, Path.of("copy"));
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.models.auto;

import org.jspecify.annotations.NullMarked;
