package io.transformer4j.cli;

import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.RewritingPipeline;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code t4j translate}: line by line, with an encoder–decoder model. */
@Command(
        name = "translate",
        description = {
            "Translate texts with an encoder–decoder model, such as t4j train-seq2seq makes.",
            "Each line is a text; lines keep their order, and blank ones stay blank. What isn't given is as in the model's"
                    + " generation_config.json."
        },
        footer = {
            "%nExamples:",
            "  t4j translate en-de 'A dog runs across the lawn.'",
            "  t4j translate en-de < test.en > test.de",
            "  t4j translate en-de --file test.en --num-beams 5 --n-best 3 --scores --out test.nbest",
            "  t4j translate en-de 'Two dogs play.' --alignment --heat-maps pictures"
        })
final class TranslateCommand extends RewritingCommand {
    @Override
    RewritingPipeline open(Path folder, PipelineOptions options) {
        return Pipelines.translation(folder, options);
    }
}
