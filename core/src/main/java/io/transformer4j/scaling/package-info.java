/**
 * Scaling laws: which model and how much data for the compute at hand.
 *
 * <p>{@link io.transformer4j.scaling.ScalingFit} fits the laws of Hoffmann et al. 2022 (three approaches) and Kaplan et al. 2020 to a
 * table of runs ({@link io.transformer4j.scaling.ResultsTable}), with bootstrap intervals and a test of extrapolation; {@link
 * io.transformer4j.scaling.Planner} turns a fitted law and a budget into a model shape, a batch, a number of steps and a predicted
 * loss. Nothing here needs libtorch; {@code scaling.sweep} trains the
 * models. Losses are in nats per token, compute is in FLOPs.
 *
 * <pre>{@code
 * List<Observation> runs = ResultsTable.observations(csv, ResultsTable.Columns.standard(ParameterCount.TOTAL));
 * ScalingFit fit = ScalingFit.of(runs, List.of(), ScalingFit.Options.standard(), ProgressListener.NONE);
 * Allocation best = fit.parametric().law().optimalForCompute(1e21);
 * }</pre>
 */
@NullMarked
package io.transformer4j.scaling;

import org.jspecify.annotations.NullMarked;
