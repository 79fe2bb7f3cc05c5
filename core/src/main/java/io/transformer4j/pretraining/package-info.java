/**
 * Pre-training of BERT and GPT on raw text: tokenized corpus in, datasets for a {@link io.transformer4j.training.Trainer}
 * out.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.load(Path.of("tokenizer"));
 * Corpus corpus = Corpus.of(List.of("books/"), Objective.MLM.corpusOptions().build());
 * PretrainingSettings settings = PretrainingSettings.of(Objective.MLM);
 * PretrainingData data = PretrainingData.prepare(corpus, tokenizer, settings, Path.of("run/cache"), 42);
 * BertForMaskedLM model = new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(tokenizer.vocabSize())));
 * model.initializeWeights(42, Devices.parse("auto"));
 * try (ComputePool pool = new ComputePool(0);
 *         Trainer trainer = Trainer.builder(model, TrainingArguments.DEFAULTS)
 *                 .pool(pool)
 *                 .trainData(data.train(), data.collator())
 *                 .evalData(data.validation(), data.collator())
 *                 .outputFolder(Path.of("run"))
 *                 .companions(tokenizer::save)
 *                 .build()) {
 *     trainer.train();
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.pretraining;

import org.jspecify.annotations.NullMarked;
