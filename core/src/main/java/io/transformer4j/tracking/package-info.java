/**
 * What a run leaves behind for people: curves, records and the circumstances under which they were made.
 *
 * <p>{@link io.transformer4j.tracking.JsonLinesWriter} keeps {@code metrics.jsonl}, {@link
 * io.transformer4j.tracking.TensorBoardWriter} event files for TensorBoard, {@link io.transformer4j.tracking.Charts} draws PNG
 * files, {@link io.transformer4j.tracking.MemoryProbe} watches memory and {@link io.transformer4j.tracking.RunEnvironment} notes
 * versions and machine. Nothing here knows libtorch.
 *
 * <pre>{@code
 * try (TensorBoardWriter board = TensorBoardWriter.open(folder);
 *         JsonLinesWriter metrics = JsonLinesWriter.create(folder.resolve("metrics.jsonl"))) {
 *     board.scalar("train/loss", step, loss);
 *     metrics.write(step, Map.of("loss", loss));
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.tracking;

import org.jspecify.annotations.NullMarked;
