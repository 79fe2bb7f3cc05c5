/**
 * What a model costs: parameters, floating-point operations, bytes.
 *
 * <pre>{@code
 * ModelSummary summary = ModelSummary.of(model);
 * long parameters = summary.parameters();
 * double flops = summary.trainingFlopsPerToken(512);
 * long bytes = summary.trainingBytes(32, 512);
 * }</pre>
 */
@NullMarked
package io.transformer4j.profiling;

import org.jspecify.annotations.NullMarked;
