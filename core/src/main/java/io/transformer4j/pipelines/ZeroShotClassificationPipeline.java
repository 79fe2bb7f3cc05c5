package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Classifies texts by labels that a model never learnt: how far does a text entail "This example is about sports." (Yin et al. 2019; HF's
 * pipeline {@code zero-shot-classification})? Needs a classifier of pairs with a label {@code entailment}, and one of contradiction or
 * only one other. Thread-safe.
 */
public final class ZeroShotClassificationPipeline implements AutoCloseable {
    /** Sentence around a label. */
    public static final String DEFAULT_HYPOTHESIS = "This example is {}.";

    private static final String PLACE = "{}";
    private static final String ENTAILMENT = "entail";
    private static final String CONTRADICTION = "contra";
    private static final int TWO = 2;

    private final TextClassificationPipeline entailment;
    private final int entails;
    private final int contradicts;

    ZeroShotClassificationPipeline(Path folder, PipelineOptions options) {
        entailment = Pipelines.textClassification(folder, options);
        List<String> labels = entailment.labels();
        OptionalInt yes = find(ENTAILMENT);
        // Of two labels the other one means that the text doesn't entail it, whatever it is called.
        OptionalInt no =
                yes.isPresent() && labels.size() == TWO ? OptionalInt.of(1 - yes.getAsInt()) : find(CONTRADICTION);
        if (yes.isEmpty() || no.isEmpty()) {
            entailment.close();
            throw new CheckpointException(
                    folder,
                    "has the labels " + labels
                            + ", but zero-shot classification needs those of entailment and contradiction");
        }
        entails = yes.getAsInt();
        contradicts = no.getAsInt();
    }

    private OptionalInt find(String beginning) {
        List<String> labels = entailment.labels();
        return IntStream.range(0, labels.size())
                .filter(i -> labels.get(i).toLowerCase(Locale.ROOT).startsWith(beginning))
                .findFirst();
    }

    /** Classifies texts of which one label holds, by {@link #DEFAULT_HYPOTHESIS}. */
    public List<ClassificationResult> classify(List<String> texts, List<String> labels) {
        return classify(texts, labels, DEFAULT_HYPOTHESIS, false);
    }

    /**
     * Classifies texts.
     *
     * @param labels what they may be about
     * @param hypothesis sentence with <code>{}</code> where the label goes
     * @param several whether several labels may hold: then each is weighed by itself, entailment against contradiction
     * @return in the order of the texts
     * @throws IllegalArgumentException if there is no label, or the hypothesis has no place for it
     */
    public List<ClassificationResult> classify(
            List<String> texts, List<String> labels, String hypothesis, boolean several) {
        if (labels.isEmpty() || !hypothesis.contains(PLACE)) {
            throw new IllegalArgumentException(
                    "at least one label, and a hypothesis with {} in its place, are needed, not " + labels + " and \""
                            + hypothesis + "\"");
        }
        List<String> premises = new ArrayList<>();
        List<String> hypotheses = new ArrayList<>();
        for (String text : texts) {
            for (String label : labels) {
                premises.add(text);
                hypotheses.add(hypothesis.replace(PLACE, label));
            }
        }
        List<float[]> logits = entailment.logits(premises, hypotheses);
        List<ClassificationResult> results = new ArrayList<>();
        for (int text = 0; text < texts.size(); text++) {
            results.add(result(logits.subList(text * labels.size(), (text + 1) * labels.size()), labels, several));
        }
        return List.copyOf(results);
    }

    /** As in HF: the softmax of the labels' entailment, or for each label of entailment against contradiction. */
    private ClassificationResult result(List<float[]> logits, List<String> labels, boolean several) {
        double highest =
                logits.stream().mapToDouble(pair -> pair[entails]).max().orElseThrow();
        double total = logits.stream()
                .mapToDouble(pair -> Math.exp(pair[entails] - highest))
                .sum();
        return new ClassificationResult(IntStream.range(0, labels.size())
                .mapToObj(i -> new ClassificationResult.LabelScore(
                        labels.get(i),
                        several
                                ? 1 / (1 + Math.exp(logits.get(i)[contradicts] - logits.get(i)[entails]))
                                : Math.exp(logits.get(i)[entails] - highest) / total))
                .sorted(Comparator.comparingDouble(ClassificationResult.LabelScore::score)
                        .reversed())
                .toList());
    }

    @Override
    public void close() {
        entailment.close();
    }
}
