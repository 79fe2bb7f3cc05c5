package io.transformer4j.pipelines;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.heads.QuestionAnsweringModel;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.torch.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;

/**
 * Finds the answers to questions in texts (HF's pipeline {@code question-answering}). Texts longer than the model reads are searched in
 * overlapping windows, the question in each. Thread-safe.
 *
 * <pre>{@code
 * try (QuestionAnsweringPipeline pipeline = Pipelines.questionAnswering(Path.of("my-reader"))) {
 *     Answer answer = pipeline.answer("Where did she live?", "Ada Lovelace lived in London.");
 *     show(answer.text(), answer.score(), answer.start(), answer.end());
 * }
 * }</pre>
 */
public final class QuestionAnsweringPipeline implements AutoCloseable {
    /** Most tokens of an answer. */
    private static final int MAX_ANSWER_TOKENS = 30;

    private static final int CONTEXT = 1;

    private final PipelineRuntime<QuestionAnsweringModel<?>> runtime;

    /** Scores of the tokens of a window. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Scored(float[] starts, float[] ends) {}

    QuestionAnsweringPipeline(Path folder, PipelineOptions options) {
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, device));
    }

    private static QuestionAnsweringModel<?> load(Path folder, Device device) {
        PretrainedModel model = Models.load(folder, device);
        if (model instanceof QuestionAnsweringModel<?> reader) {
            return reader;
        }
        model.close();
        throw new CheckpointException(folder, "is a " + model.architecture() + ", which doesn't answer questions");
    }

    /** The best answer to one question. */
    public Answer answer(String question, String context) {
        return answer(List.of(new Question(question, context)), 1, false).get(0).get(0);
    }

    /**
     * The best answers to questions.
     *
     * @param topK most answers to each
     * @param mayBeNone whether "there is no answer", an empty text at 0, is among them
     * @return for each question its answers, best first
     * @throws IllegalArgumentException if {@code topK} isn't positive, or a question leaves no room for the text
     */
    public List<List<Answer>> answer(List<Question> questions, int topK, boolean mayBeNone) {
        if (topK < 1) {
            throw new IllegalArgumentException("top_k must be at least 1, but is " + topK);
        }
        List<List<Encoding>> windows = runtime.encodeWindows(
                questions.stream().map(Question::question).toList(),
                questions.stream().map(Question::context).toList());
        List<List<Scored>> scored = runtime.runWindows(windows, (inputs, batch) -> {
            QuestionAnsweringModel.Output output = runtime.model().forward(inputs);
            float[] starts = TensorData.floats(output.startLogits());
            float[] ends = TensorData.floats(output.endLogits());
            SequenceLayout layout = inputs.layout();
            long[] first = layout.firstRows();
            return IntStream.range(0, batch.size())
                    .mapToObj(i -> new Scored(
                            part(starts, first[i], layout.length(i)), part(ends, first[i], layout.length(i))))
                    .toList();
        });
        return IntStream.range(0, questions.size())
                .mapToObj(i -> best(questions.get(i).context(), windows.get(i), scored.get(i), topK, mayBeNone))
                .toList();
    }

    private static float[] part(float[] values, long first, int length) {
        return Arrays.copyOfRange(values, (int) first, (int) first + length);
    }

    private static List<Answer> best(
            String context, List<Encoding> windows, List<Scored> scored, int topK, boolean mayBeNone) {
        List<Answer> answers = new ArrayList<>();
        double none = 1;
        for (int i = 0; i < windows.size(); i++) {
            Encoding window = windows.get(i);
            int[] sequences = window.sequenceIds();
            boolean[] allowed = new boolean[sequences.length];
            for (int token = 0; token < allowed.length; token++) {
                allowed[token] = sequences[token] == CONTEXT || (mayBeNone && token == 0);
            }
            double[] starts = softmax(scored.get(i).starts(), allowed);
            double[] ends = softmax(scored.get(i).ends(), allowed);
            none = Math.min(none, starts[0] * ends[0]);
            for (int start = 1; start < starts.length; start++) {
                for (int end = start; allowed[start] && end < Math.min(ends.length, start + MAX_ANSWER_TOKENS); end++) {
                    if (allowed[end]) {
                        int from = window.starts()[start];
                        int to = window.ends()[end];
                        answers.add(new Answer(context.substring(from, to), starts[start] * ends[end], from, to));
                    }
                }
            }
        }
        if (mayBeNone) {
            answers.add(new Answer("", none, 0, 0));
        }
        return answers.stream()
                .sorted(Comparator.comparingDouble(Answer::score).reversed())
                .distinct()
                .limit(topK)
                .toList();
    }

    /** Over the allowed places; the others are 0. */
    private static double[] softmax(float[] logits, boolean[] allowed) {
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            highest = allowed[i] ? Math.max(highest, logits[i]) : highest;
        }
        double[] result = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            result[i] = allowed[i] ? Math.exp(logits[i] - highest) : 0;
            sum += result[i];
        }
        for (int i = 0; i < result.length; i++) {
            result[i] /= sum;
        }
        return result;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
