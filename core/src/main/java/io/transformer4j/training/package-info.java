/**
 * Training: the {@link io.transformer4j.training.Trainer} and what it is made of.
 *
 * <p>A step divides its batch among the workers of a {@link io.transformer4j.torch.ComputePool}; their gradients are
 * summed in a fixed order, clipped, and applied by one fused AdamW pass. Checkpoints hold everything that a run needs to
 * go on as if it had never stopped.
 *
 * <pre>{@code
 * TrainingArguments arguments = TrainingArguments.DEFAULTS.with(a -> a.maxSteps(2000).learningRate(1e-3));
 * try (Trainer trainer = Trainer.builder(model, arguments)
 *         .trainData(dataset, collator)
 *         .outputFolder(Path.of("run"))
 *         .build()) {
 *     trainer.train();
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.training;

import org.jspecify.annotations.NullMarked;
