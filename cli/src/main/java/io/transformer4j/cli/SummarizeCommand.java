package io.transformer4j.cli;

import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.RewritingPipeline;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code t4j summarize}: line by line, with an encoder–decoder model. */
@Command(
        name = "summarize",
        description = {
            "Summarize texts with an encoder–decoder model, such as t4j train-seq2seq makes.",
            "Each line is a text; lines keep their order, and blank ones stay blank. What isn't given is as in the model's"
                    + " generation_config.json."
        },
        footer = {
            "%nExamples:",
            "  t4j summarize summarizer --file articles.txt --out summaries.txt",
            "  t4j summarize summarizer --long-texts split --no-repeat-ngram-size 3 < articles.txt",
            "  t4j summarize t5 --prefix 'summarize: ' --file articles.txt"
        })
final class SummarizeCommand extends RewritingCommand {
    @Override
    RewritingPipeline open(Path folder, PipelineOptions options) {
        return Pipelines.summarization(folder, options);
    }
}
