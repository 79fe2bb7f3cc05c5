/**
 * What a model costs: parameters, floating-point operations, bytes; by formula ({@link io.transformer4j.profiling.ModelSummary}, {@link
 * io.transformer4j.profiling.TransformerShape}), on paper for known models and devices ({@link io.transformer4j.profiling.WhatIf}), and
 * measured in training steps ({@link io.transformer4j.profiling.Profiler}, {@link io.transformer4j.profiling.ProfilingCallback}).
 *
 * <pre>{@code
 * MachinePeak peak = MachinePeak.measure(pool);
 * StepProfile profile = Profiler.profile(model, 8, 512, 5, pool, peak);
 * double share = profile.seconds().get(Component.ATTENTION) / profile.stepSeconds();
 * }</pre>
 */
@NullMarked
package io.transformer4j.profiling;

import org.jspecify.annotations.NullMarked;
