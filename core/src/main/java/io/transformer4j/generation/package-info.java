/**
 * Text from causal language models: greedy or by sampling, token by token with a key-value cache, for many prompts at
 * once.
 *
 * <p>{@link io.transformer4j.generation.TextGenerator} is the entry, {@link
 * io.transformer4j.generation.GenerationConfig} says how tokens are chosen and when to stop, with Hugging Face's names and
 * meanings. {@link io.transformer4j.generation.LogitsProcessor}s change the scores before the choice.
 *
 * <pre>{@code
 * GenerationConfig config = GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(40).doSample(true).topP(0.9));
 * TextGenerator generator = new TextGenerator(model, tokenizer, pool, Precision.FP32);
 * List<Generation> texts = generator.generate(List.of(promptIds), config, (prompt, id, text) -> show(text));
 * }</pre>
 */
@NullMarked
package io.transformer4j.generation;

import org.jspecify.annotations.NullMarked;
