package io.transformer4j.cli;

import io.transformer4j.data.TextLines;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Question;
import io.transformer4j.pipelines.QuestionAnsweringPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j answer}: questions about a text in, answers with their places out, as JSON lines. */
@Command(
        name = "answer",
        description = "Answer questions from a text.",
        footer = {
            "%nExamples:",
            "  t4j answer my-reader --context article.txt 'Where did she live?'",
            "  t4j answer my-reader --context article.txt --top-k 3 --file questions.txt"
        })
final class AnswerCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private @Nullable String model;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "QUESTION",
            description = "Questions; - for the lines of standard input.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--file", paramLabel = "FILE", description = "Take the lines of a file as questions too.")
    private @Nullable Path file;

    @Option(names = "--context", required = true, paramLabel = "FILE", description = "The text that has the answers.")
    private @Nullable Path context;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "1",
            description = "Answers to each question (default: ${DEFAULT-VALUE}).")
    private int topK;

    @Option(names = "--may-be-none", description = "Let the model say that there is no answer.")
    private boolean mayBeNone;

    @Option(
            names = "--truncation",
            description = "Cut texts that are longer than the model reads, instead of going through them in windows.")
    private boolean truncation;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        String text = String.join("\n", TextLines.all(Objects.requireNonNull(context)));
        try (QuestionAnsweringPipeline pipeline = Pipelines.questionAnswering(
                ModelNames.resolve(Objects.requireNonNull(model)), inference.pipeline(truncation))) {
            Texts.forEachChunk(texts, file, chunk -> {
                List<Question> questions = chunk.stream()
                        .map(question -> new Question(question, text))
                        .toList();
                JsonLines.print(printer, "question", chunk, "answers", pipeline.answer(questions, topK, mayBeNone));
            });
        }
        return T4j.OK;
    }
}
