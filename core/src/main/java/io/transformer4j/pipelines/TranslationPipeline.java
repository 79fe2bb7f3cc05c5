package io.transformer4j.pipelines;

import io.transformer4j.generation.GenerationConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Translates texts (HF's pipeline {@code translation}). Thread-safe.
 *
 * <pre>{@code
 * try (TranslationPipeline pipeline = Pipelines.translation(Path.of("en-de"))) {
 *     String text = pipeline.translate("A dog runs across the lawn.");
 *     GenerationConfig config = pipeline.defaults().with(c -> c.numBeams(5).numReturnSequences(3));
 *     pipeline.rewrite(List.of("A dog runs across the lawn."), config).get(0).candidates().forEach(c -> show(c.text(), c.score()));
 * }
 * }</pre>
 */
public final class TranslationPipeline extends RewritingPipeline {
    TranslationPipeline(Path folder, PipelineOptions options) {
        super(folder, options);
    }

    /** The best translation of one text, as the checkpoint's {@code generation_config.json} says. */
    public String translate(String text) {
        return translate(List.of(text), defaults()).get(0);
    }

    /** The best translations, in the order of the texts. */
    public List<String> translate(List<String> texts, GenerationConfig config) {
        return rewrite(texts, config).stream().map(Rewriting::text).toList();
    }
}
