/**
 * Sweeps: many small models trained for a scaling law, one row of {@link io.transformer4j.scaling.ResultsTable} each.
 *
 * <p>{@link io.transformer4j.scaling.sweep.SweepGrid} says which, {@link io.transformer4j.scaling.sweep.SweepRecipe} how, and {@link
 * io.transformer4j.scaling.sweep.Sweep} trains those that its folder doesn't have yet.
 *
 * <pre>{@code
 * Sweep sweep = new Sweep(grid.trials(recipe.batchTokens(128)), recipe, train, validation, Path.of("sweep"));
 * List<ScalingRun> runs = sweep.run(2, tokenizer::save, ProgressListener.NONE);
 * }</pre>
 */
@NullMarked
package io.transformer4j.scaling.sweep;

import org.jspecify.annotations.NullMarked;
