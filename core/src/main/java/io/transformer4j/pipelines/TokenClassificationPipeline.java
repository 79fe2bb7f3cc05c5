package io.transformer4j.pipelines;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.evaluation.Entities;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TokenClassifier;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Encoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * Labels the words of texts and finds the entities that the labels stand for (HF's pipeline {@code token-classification}). Texts longer
 * than the model reads are covered by overlapping windows, unless the options say to truncate; each word's label is from the window in
 * which it has the most context. Thread-safe.
 *
 * <pre>{@code
 * try (TokenClassificationPipeline pipeline = Pipelines.tokenClassification(Path.of("my-tagger"))) {
 *     pipeline.entities("Ada Lovelace lived in London.").forEach(e -> show(e.type(), e.text(), e.start(), e.end()));
 * }
 * }</pre>
 */
public final class TokenClassificationPipeline implements AutoCloseable {
    private static final String OUTSIDE = "O";

    private final PipelineRuntime<PretrainedModel> runtime;
    private final TokenClassifier classifier;
    private final List<String> labels;

    /**
     * What was said of some tokens of a window.
     *
     * @param tokens their places in the window
     * @param probabilities of each label, for each of them
     * @param best the label chosen for each of them
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Tagged(int[] tokens, List<float[]> probabilities, long[] best) {}

    /** A word's label and how likely it is. */
    private record WordLabel(String label, double score) {
        static final WordLabel NONE = new WordLabel(OUTSIDE, 0);
    }

    TokenClassificationPipeline(Path folder, PipelineOptions options) {
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, device));
        classifier = (TokenClassifier) runtime.model();
        labels = runtime.model().config().labels().names();
    }

    private static PretrainedModel load(Path folder, Device device) {
        PretrainedModel model = Models.load(folder, device);
        if (model instanceof TokenClassifier) {
            return model;
        }
        model.close();
        throw new CheckpointException(folder, "is a " + model.architecture() + ", which doesn't classify tokens");
    }

    /** The labels. */
    public List<String> labels() {
        return labels;
    }

    /** The entities of one text, each word by its first token. */
    public List<TextEntity> entities(String text) {
        return entities(List.of(text), Aggregation.FIRST).get(0);
    }

    /**
     * The entities of texts.
     *
     * @return for each text, in its order
     * @throws IllegalArgumentException if a text has no tokens
     */
    public List<List<TextEntity>> entities(List<String> texts, Aggregation aggregation) {
        List<List<Encoding>> windows = runtime.encodeWindows(texts, null);
        List<WordSpans> spans = IntStream.range(0, texts.size())
                .mapToObj(i -> WordSpans.of(texts.get(i), windows.get(i)))
                .toList();
        List<List<WordLabel>> words = label(windows, spans, aggregation);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> entities(spans.get(i), words.get(i)))
                .toList();
    }

    /** The entities of a stream of texts as it is consumed, some at a time; results come in its order. */
    public Stream<List<TextEntity>> entities(Stream<String> texts, Aggregation aggregation) {
        return Chunks.map(texts, chunk -> entities(chunk, aggregation));
    }

    /**
     * Labels given words, each by its first token. Words that the tokenizer makes nothing of are outside of everything, as is what
     * truncation cuts off.
     *
     * @param sentences words each
     * @return a label for each word
     */
    public List<List<String>> tagWords(List<List<String>> sentences) {
        List<WordSpans> spans = sentences.stream().map(WordSpans::of).toList();
        List<List<Encoding>> windows =
                runtime.encodeWindows(spans.stream().map(WordSpans::text).toList(), null);
        return label(windows, spans, Aggregation.FIRST).stream()
                .map(words -> words.stream().map(WordLabel::label).toList())
                .toList();
    }

    private List<List<WordLabel>> label(List<List<Encoding>> windows, List<WordSpans> spans, Aggregation aggregation) {
        List<Encoding> flat = windows.stream().flatMap(List::stream).toList();
        List<int[]> wordsOf = new ArrayList<>();
        for (int text = 0; text < windows.size(); text++) {
            for (Encoding window : windows.get(text)) {
                wordsOf.add(spans.get(text).wordsOf(window));
            }
        }
        // The chosen tokens follow from the window alone, so a batch finds them by the window's identity.
        IdentityHashMap<Encoding, int[]> choices = new IdentityHashMap<>();
        for (int i = 0; i < flat.size(); i++) {
            choices.put(flat.get(i), chosen(wordsOf.get(i), aggregation));
        }
        List<Tagged> tagged = runtime.run(
                flat,
                (inputs, batch) -> tag(inputs, batch.stream().map(choices::get).toList()));
        List<List<WordLabel>> results = new ArrayList<>();
        int at = 0;
        for (int text = 0; text < windows.size(); text++) {
            int count = windows.get(text).size();
            int words = spans.get(text).words().size();
            results.add(words(words, wordsOf.subList(at, at + count), tagged.subList(at, at + count), aggregation));
            at += count;
        }
        return results;
    }

    /** The tokens that the model must label. */
    private static int[] chosen(int[] words, Aggregation aggregation) {
        return IntStream.range(0, words.length)
                .filter(token -> words[token] != Encoding.NONE)
                .filter(token -> aggregation != Aggregation.FIRST || token == 0 || words[token - 1] != words[token])
                .toArray();
    }

    private List<Tagged> tag(ModelInputs inputs, List<int[]> choices) {
        long[] firstRows = inputs.layout().firstRows();
        long[] rows = IntStream.range(0, choices.size())
                .boxed()
                .flatMapToLong(i -> Arrays.stream(choices.get(i)).mapToLong(token -> firstRows[i] + token))
                .toArray();
        if (rows.length == 0) {
            return choices.stream()
                    .map(choice -> new Tagged(choice, List.of(), new long[0]))
                    .toList();
        }
        SequenceLayout chosen = SequenceLayout.of(choices.stream()
                .mapToInt(choice -> choice.length)
                .filter(length -> length > 0)
                .toArray());
        Tensor logits = classifier.tokenLogits(inputs, rows, chosen); // [rows, labels]
        long[] best = classifier.bestLabels(logits, chosen);
        List<float[]> probabilities = TextClassificationPipeline.rows(logits.softmax(1), labels.size());
        List<Tagged> results = new ArrayList<>();
        int at = 0;
        for (int[] choice : choices) {
            int end = at + choice.length;
            results.add(new Tagged(choice, probabilities.subList(at, end), Arrays.copyOfRange(best, at, end)));
            at = end;
        }
        return results;
    }

    private List<WordLabel> words(int words, List<int[]> wordsOf, List<Tagged> windows, Aggregation aggregation) {
        List<WordLabel> result = new ArrayList<>(Collections.nCopies(words, WordLabel.NONE));
        int[] context = new int[words]; // tokens between a word and the nearer end of its window, and 1
        for (int window = 0; window < windows.size(); window++) {
            int[] wordOf = wordsOf.get(window);
            Tagged tagged = windows.get(window);
            for (int first = 0, next; first < tagged.tokens.length; first = next) {
                int word = wordOf[tagged.tokens[first]];
                next = first + 1;
                while (next < tagged.tokens.length && wordOf[tagged.tokens[next]] == word) {
                    next++;
                }
                int distance = 1 + Math.min(tagged.tokens[first], wordOf.length - 1 - tagged.tokens[first]);
                if (distance > context[word]) {
                    context[word] = distance;
                    result.set(word, label(tagged, first, next, aggregation));
                }
            }
        }
        return result;
    }

    private WordLabel label(Tagged tagged, int first, int end, Aggregation aggregation) {
        List<float[]> tokens = tagged.probabilities.subList(first, end);
        if (aggregation == Aggregation.FIRST) {
            int best = (int) tagged.best[first];
            return new WordLabel(labels.get(best), tokens.get(0)[best]);
        }
        double[] scores = new double[labels.size()];
        for (float[] token : tokens) {
            for (int label = 0; label < scores.length; label++) {
                scores[label] = aggregation == Aggregation.AVERAGE
                        ? scores[label] + token[label] / tokens.size()
                        : Math.max(scores[label], token[label]);
            }
        }
        int best = 0;
        for (int label = 1; label < scores.length; label++) {
            best = scores[label] > scores[best] ? label : best;
        }
        return new WordLabel(labels.get(best), scores[best]);
    }

    private static List<TextEntity> entities(WordSpans spans, List<WordLabel> words) {
        return Entities.of(words.stream().map(WordLabel::label).toList()).stream()
                .map(entity -> {
                    int start = spans.words().get(entity.start()).start();
                    int end = spans.words().get(entity.end() - 1).end();
                    double score = words.subList(entity.start(), entity.end()).stream()
                            .mapToDouble(WordLabel::score)
                            .average()
                            .orElseThrow();
                    return new TextEntity(entity.type(), score, spans.text().substring(start, end), start, end);
                })
                .toList();
    }

    @Override
    public void close() {
        runtime.close();
    }
}
