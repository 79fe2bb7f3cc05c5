/**
 * Texts that somebody has labelled, for fine-tuning and evaluation: tables ({@link
 * io.transformer4j.data.labelled.LabelledFile}), sentences with a tag for each word ({@link
 * io.transformer4j.data.labelled.ConllFile}) and questions with answers ({@link
 * io.transformer4j.data.labelled.SquadFile}). What is wrong in a file is named with its line.
 *
 * <pre>{@code
 * List<LabelledText> rows = LabelledFile.read(Path.of("train.tsv"), LabelledFile.Columns.DEFAULT);
 * Split<LabelledText> parts = Split.stratified(rows, row -> row.labels().get(0), 0.1, 42);
 * }</pre>
 */
@NullMarked
package io.transformer4j.data.labelled;

import org.jspecify.annotations.NullMarked;
