package io.transformer4j.pipelines;

import io.transformer4j.generation.GenerationConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Summarizes texts (HF's pipeline {@code summarization}). Thread-safe.
 *
 * <pre>{@code
 * try (SummarizationPipeline pipeline = Pipelines.summarization(Path.of("summarizer"))) {
 *     String text = pipeline.summarize(article);
 *     GenerationConfig config = pipeline.defaults().with(c -> c.numBeams(5).numReturnSequences(3));
 *     pipeline.rewrite(List.of(article), config).get(0).candidates().forEach(c -> show(c.text(), c.score()));
 * }
 * }</pre>
 */
public final class SummarizationPipeline extends RewritingPipeline {
    SummarizationPipeline(Path folder, PipelineOptions options) {
        super(folder, options);
    }

    /** The best summary of one text, as the checkpoint's {@code generation_config.json} says. */
    public String summarize(String text) {
        return summarize(List.of(text), defaults()).get(0);
    }

    /** The best summaries, in the order of the texts. */
    public List<String> summarize(List<String> texts, GenerationConfig config) {
        return rewrite(texts, config).stream().map(Rewriting::text).toList();
    }
}
