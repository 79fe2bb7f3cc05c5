package io.transformer4j.cli;

import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TextGenerationPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code t4j generate}: continues a text on the terminal as its tokens are chosen. */
@Command(
        name = "generate",
        description = {
            "Continue a text.",
            "Takes the likeliest token each time; with --sample, --temperature, --top-k or --top-p draws tokens by"
                    + " their probabilities. What isn't given is as in the checkpoint's generation_config.json."
        },
        footer = {
            "%nExamples:",
            "  t4j generate my-gpt2 'Once upon a time'",
            "  t4j generate my-gpt2 'ROMEO:' --temperature 0.8 --top-p 0.95 --max-new-tokens 200 --seed 7",
            "  t4j generate my-gpt2 - --stop '\\n\\n' < prompt.txt"
        })
final class GenerateCommand implements Callable<Integer> {
    private static final int DEFAULT_NEW_TOKENS = 100;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndTexts input = new ModelAndTexts();

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            defaultValue = "" + DEFAULT_NEW_TOKENS,
            description = "Most tokens to add (default: ${DEFAULT-VALUE}).")
    private int maxNewTokens;

    @Option(
            names = "--sample",
            negatable = true,
            description = "Draw tokens by their probabilities, or take the likeliest (--no-sample).")
    private @Nullable Boolean sample;

    @Option(
            names = "--temperature",
            paramLabel = "R",
            description = "Below 1 the likely tokens gain, above 1 the others.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "N", description = "Sample among the N likeliest tokens; 0 for all.")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "R",
            description = "Sample among the likeliest tokens that together have this probability.")
    private @Nullable Double topP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            description = "Above 1 makes tokens that occurred less likely.")
    private @Nullable Double repetitionPenalty;

    @Option(
            names = "--stop",
            split = ",",
            paramLabel = "TEXT",
            description = "End before this text; several separated by commas. \\n is a line end, \\t a tab.")
    private List<String> stop = new ArrayList<>();

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        checkSampling(command);
        PrintWriter printer = command.commandLine().getOut();
        String name = input.model(command);
        String text = Texts.whole(input.text(command, "PROMPT"));
        Path folder = ModelNames.resolve(name);
        try (TextGenerationPipeline pipeline = Pipelines.textGeneration(folder, inference.pipeline(false))) {
            GenerationConfig settings = settings(pipeline.defaults());
            printer.print(text);
            printer.flush();
            long start = System.nanoTime();
            Generation generation = pipeline.generate(List.of(text), settings, (index, id, part) -> {
                        printer.print(part);
                        printer.flush();
                    })
                    .get(0);
            double seconds = (System.nanoTime() - start) / 1e9;
            printer.println();
            printer.flush();
            PrintWriter notes = command.commandLine().getErr();
            int tokens = generation.newIds().size();
            notes.printf(
                    Locale.ROOT,
                    "[%d tokens, %.1f tokens/s, ended by %s]%n",
                    tokens,
                    tokens / seconds,
                    generation.finishReason().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            notes.flush();
        }
        return T4j.OK;
    }

    private void checkSampling(CommandSpec command) {
        if (Boolean.FALSE.equals(sample) && samplingOption().isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--no-sample contradicts " + samplingOption().get());
        }
    }

    private Optional<String> samplingOption() {
        return Optional.ofNullable(
                temperature != null ? "--temperature" : topK != null ? "--top-k" : topP != null ? "--top-p" : null);
    }

    private GenerationConfig settings(GenerationConfig defaults) {
        return defaults.with(c -> c.maxNewTokens(maxNewTokens)
                .doSample(
                        sample == null ? defaults.doSample() || samplingOption().isPresent() : sample)
                .temperature(temperature == null ? defaults.temperature() : temperature)
                .topK(topK == null ? defaults.topK() : topK)
                .topP(topP == null ? defaults.topP() : topP)
                .repetitionPenalty(repetitionPenalty == null ? defaults.repetitionPenalty() : repetitionPenalty)
                .stopStrings(
                        stop.isEmpty()
                                ? defaults.stopStrings()
                                : stop.stream().map(GenerateCommand::unescaped).toList())
                .seed(inference.seed()));
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n").replace("\\t", "\t");
    }
}
