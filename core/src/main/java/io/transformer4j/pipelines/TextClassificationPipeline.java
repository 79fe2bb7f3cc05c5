package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.Labels;
import io.transformer4j.models.Labels.ProblemType;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.TensorData;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Says which labels texts, or pairs of texts, have (HF's pipeline {@code text-classification}). Of texts that are longer than the model
 * reads, overlapping windows are classified and the scores averaged, unless the options say to truncate. Thread-safe.
 *
 * <pre>{@code
 * try (TextClassificationPipeline pipeline = Pipelines.textClassification(Path.of("my-classifier"))) {
 *     ClassificationResult result = pipeline.classify("A film of rare beauty.");
 *     show(result.best().label(), result.best().score());
 * }
 * }</pre>
 */
public final class TextClassificationPipeline implements AutoCloseable {
    private final PipelineRuntime<PretrainedModel> runtime;
    private final SequenceClassifier classifier;
    private final Labels labels;
    private final ProblemType problem;

    TextClassificationPipeline(Path folder, PipelineOptions options) {
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, device));
        classifier = (SequenceClassifier) runtime.model();
        labels = runtime.model().config().labels();
        problem = Objects.requireNonNullElse(
                labels.problemType(),
                labels.count() == 1 ? ProblemType.REGRESSION : ProblemType.SINGLE_LABEL_CLASSIFICATION);
    }

    private static PretrainedModel load(Path folder, Device device) {
        PretrainedModel model = Models.load(folder, device);
        if (model instanceof SequenceClassifier) {
            return model;
        }
        model.close();
        throw new CheckpointException(folder, "is a " + model.architecture() + ", which doesn't classify texts");
    }

    /** The labels. */
    public List<String> labels() {
        return labels.names();
    }

    /** What the labels mean. */
    public ProblemType problemType() {
        return problem;
    }

    /** Classifies one text. */
    public ClassificationResult classify(String text) {
        return classify(List.of(text)).get(0);
    }

    /**
     * Classifies texts.
     *
     * @return in the order of the texts
     * @throws IllegalArgumentException if a text has no tokens
     */
    public List<ClassificationResult> classify(List<String> texts) {
        return classify(texts, null);
    }

    /**
     * Classifies pairs of texts, all of them with a second text or none.
     *
     * @return in the order of the pairs
     * @throws IllegalArgumentException if some have a second text and others don't, or one has no tokens
     */
    public List<ClassificationResult> classifyPairs(List<TextPair> pairs) {
        List<String> seconds =
                pairs.stream().map(TextPair::pair).filter(Objects::nonNull).toList();
        if (!seconds.isEmpty() && seconds.size() < pairs.size()) {
            throw new IllegalArgumentException(
                    seconds.size() + " of " + pairs.size() + " texts have a second one, but all or none must");
        }
        return classify(pairs.stream().map(TextPair::text).toList(), seconds.isEmpty() ? null : seconds);
    }

    /** Classifies a stream of texts as it is consumed, some at a time; results come in its order. */
    public Stream<ClassificationResult> classify(Stream<String> texts) {
        return Chunks.map(texts, this::classify);
    }

    private List<ClassificationResult> classify(List<String> texts, @Nullable List<String> pairs) {
        return scores(texts, pairs, this::activated).stream().map(this::result).toList();
    }

    /** Logits of each text's labels, in the labels' order. */
    List<float[]> logits(List<String> texts, List<String> pairs) {
        return scores(texts, pairs, logits -> logits);
    }

    private List<float[]> scores(List<String> texts, @Nullable List<String> pairs, UnaryOperator<Tensor> activation) {
        return runtime
                .runWindows(
                        runtime.encodeWindows(texts, pairs),
                        (inputs, batch) -> rows(activation.apply(classifier.sequenceLogits(inputs)), labels.count()))
                .stream()
                .map(TextClassificationPipeline::mean)
                .toList();
    }

    private Tensor activated(Tensor logits) {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> logits.softmax(1);
            case MULTI_LABEL_CLASSIFICATION -> logits.sigmoid();
            case REGRESSION -> logits;
        };
    }

    static List<float[]> rows(Tensor matrix, int width) {
        float[] values = TensorData.floats(matrix);
        return IntStream.range(0, values.length / width)
                .mapToObj(row -> Arrays.copyOfRange(values, row * width, (row + 1) * width))
                .toList();
    }

    private static float[] mean(List<float[]> windows) {
        float[] mean = new float[windows.get(0).length];
        for (float[] window : windows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += window[i] / windows.size();
            }
        }
        return mean;
    }

    private ClassificationResult result(float[] scores) {
        return new ClassificationResult(IntStream.range(0, scores.length)
                .mapToObj(
                        i -> new ClassificationResult.LabelScore(labels.names().get(i), scores[i]))
                .sorted(Comparator.comparingDouble(ClassificationResult.LabelScore::score)
                        .reversed())
                .toList());
    }

    @Override
    public void close() {
        runtime.close();
    }
}
