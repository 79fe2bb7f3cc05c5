/**
 * Comparison of a checkpoint with what another implementation computed from it: outputs, losses, gradients, generated
 * tokens and training steps.
 *
 * <p>A folder to verify holds a model ({@code config.json} and weights) and reference values: {@code inputs.json} with the
 * cases and {@code expected.safetensors} with what came out of them. Nothing here knows a model: a new folder of a
 * supported family needs no new code.
 *
 * <pre>{@code
 * VerificationReport report = CheckpointVerifier.verify(Path.of("bert-with-references"));
 * report.disagreements().forEach(check -> System.out.println(check));
 * }</pre>
 */
@NullMarked
package io.transformer4j.verification;

import org.jspecify.annotations.NullMarked;
