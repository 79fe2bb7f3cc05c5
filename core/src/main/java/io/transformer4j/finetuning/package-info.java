/**
 * From a pre-trained encoder to a classifier, tagger or reader: a {@link io.transformer4j.finetuning.Task} says how its data becomes
 * examples and how its results are judged, {@link io.transformer4j.finetuning.FineTuner} trains the whole model or its upper layers,
 * {@link io.transformer4j.finetuning.FeatureTrainer} a head on features that are computed once, {@link
 * io.transformer4j.finetuning.HyperParameterSearch} looks for good settings.
 *
 * <pre>{@code
 * TextClassificationTask task = TextClassificationTask.singleLabel(LabelledFile.Columns.DEFAULT);
 * FineTuner<LabelledText> tuner = new FineTuner<>(task, Path.of("all-MiniLM-L6-v2"), FineTuneSettings.DEFAULTS, pool);
 * tuner.train(task.read(Path.of("train.tsv")), List.of(), Path.of("run"), List.of());
 * }</pre>
 */
@NullMarked
package io.transformer4j.finetuning;

import org.jspecify.annotations.NullMarked;
