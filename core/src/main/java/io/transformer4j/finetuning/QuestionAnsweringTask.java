package io.transformer4j.finetuning;

import io.transformer4j.data.Example;
import io.transformer4j.data.SequenceTarget;
import io.transformer4j.data.labelled.AnsweredQuestion;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.data.labelled.SquadFile;
import io.transformer4j.evaluation.AnswerScores;
import io.transformer4j.models.Labels;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Question;
import io.transformer4j.pipelines.QuestionAnsweringPipeline;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Questions whose answer is a part of a text, or that the text doesn't answer (Devlin et al. 2019, §4.2 and §4.3). Texts longer than the
 * model reads become several examples; where the answer isn't in one, the first token stands for "not here".
 */
public record QuestionAnsweringTask() implements Task<AnsweredQuestion> {
    private static final int OVERLAP = 4;
    private static final int CONTEXT = 1;

    @Override
    public String architecture() {
        return "ForQuestionAnswering";
    }

    @Override
    public List<AnsweredQuestion> read(Path file) {
        return SquadFile.read(file);
    }

    /** The two ends of a span are always the same. */
    @Override
    public Labels labels(List<AnsweredQuestion> training) {
        return new Labels(List.of("LABEL_0", "LABEL_1"), null);
    }

    @Override
    public ExampleDataset examples(List<AnsweredQuestion> rows, Labels labels, Tokenizer tokenizer, int maxLength) {
        EncodeOptions options = EncodeOptions.defaults()
                .withTruncation(Truncation.toLength(maxLength)
                        .withStrategy(Truncation.Strategy.ONLY_SECOND)
                        .withStride(maxLength / OVERLAP))
                .withCompleteOverflow(true);
        List<Encoding> encodings = tokenizer.encodeBatch(
                rows.stream().map(AnsweredQuestion::question).toList(),
                rows.stream().map(AnsweredQuestion::context).toList(),
                options);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            List<Encoding> windows = new ArrayList<>(List.of(encodings.get(i)));
            windows.addAll(encodings.get(i).overflowing());
            for (Encoding window : windows) {
                examples.add(new Example(examples.size(), window.ids(), window.typeIds(), null, null)
                        .withTarget(target(window, rows.get(i))));
            }
        }
        return new ExampleDataset(examples, 0);
    }

    private static SequenceTarget target(Encoding window, AnsweredQuestion question) {
        if (!question.answers().isEmpty()) {
            AnsweredQuestion.Answer answer = question.answers().get(0);
            int first = -1;
            int last = -1;
            int[] sequences = window.sequenceIds();
            for (int token = 0; token < sequences.length; token++) {
                if (sequences[token] == CONTEXT) {
                    boolean begins = window.starts()[token] <= answer.start() && answer.start() < window.ends()[token];
                    boolean ends = window.starts()[token] < answer.end() && answer.end() <= window.ends()[token];
                    first = begins ? token : first;
                    last = ends ? token : last;
                }
            }
            if (first >= 0 && last >= first) {
                return SequenceTarget.ofSpan(first, last);
            }
        }
        return SequenceTarget.ofSpan(0, 0);
    }

    @Override
    public Split<AnsweredQuestion> split(List<AnsweredQuestion> rows, double fraction, long seed) {
        return Split.stratified(rows, row -> row.answers().isEmpty() ? "none" : "some", fraction, seed);
    }

    /** Answers are no labels, and there may be none. */
    @Override
    public void checkForEvaluation(List<AnsweredQuestion> rows, List<String> labels) {}

    @Override
    public Scores evaluate(Path model, List<AnsweredQuestion> rows, PipelineOptions options) {
        boolean someWithout = rows.stream().anyMatch(row -> row.answers().isEmpty());
        try (QuestionAnsweringPipeline pipeline = Pipelines.questionAnswering(model, options)) {
            List<String> answers = pipeline
                    .answer(
                            rows.stream()
                                    .map(row -> new Question(row.question(), row.context()))
                                    .toList(),
                            1,
                            someWithout)
                    .stream()
                    .map(best -> best.isEmpty() ? "" : best.get(0).text())
                    .toList();
            AnswerScores scores = AnswerScores.of(
                    rows.stream()
                            .map(row -> row.answers().stream()
                                    .map(AnsweredQuestion.Answer::text)
                                    .toList())
                            .toList(),
                    answers);
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("exact_match", scores.exactMatch());
            values.put("f1", scores.f1());
            return new Scores("f1", values, null);
        }
    }
}
