package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.torch.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Makes vectors of texts, of their tokens and of their words (HF's pipeline {@code feature-extraction}, and what
 * sentence-transformers does on top). Thread-safe.
 *
 * <pre>{@code
 * try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(Path.of("all-MiniLM-L6-v2"))) {
 *     List<float[]> sentences = pipeline.embed(List.of("A cat sits.", "A dog runs."));
 *     List<TokenVector> words = pipeline.wordVectors("He sat on the bank of the river.");
 * }
 * }</pre>
 */
public final class FeatureExtractionPipeline implements AutoCloseable {
    private static final double SMALLEST_NORM = 1e-12; // as torch.nn.functional.normalize

    private final PipelineRuntime<PretrainedModel> runtime;
    private final BareModel body;
    private final Path folder;
    private final int limit;
    private volatile @Nullable SentencePooling pooling;

    FeatureExtractionPipeline(Path folder, PipelineOptions options) {
        this.folder = folder;
        limit = SentencePooling.maxSequenceLength(folder);
        runtime = PipelineRuntime.open(folder, options, device -> Models.loadBare(folder, device));
        body = (BareModel) runtime.model();
        if (runtime.tokenizer().vocabSize() > runtime.model().config().vocabSize()) {
            runtime.close();
            throw new CheckpointException(
                    folder,
                    "its tokenizer has " + runtime.tokenizer().vocabSize()
                            + " tokens, but its config.json says vocab_size "
                            + runtime.model().config().vocabSize());
        }
    }

    /** Length of the vectors. */
    public int dimension() {
        return Math.toIntExact(runtime.model().config().hiddenSize());
    }

    /**
     * How the checkpoint wants texts to become vectors.
     *
     * @throws CheckpointException if it wants something that isn't supported; then other methods than {@link #embed(List)} still work
     */
    public SentencePooling pooling() {
        SentencePooling read = pooling;
        if (read == null) {
            read = SentencePooling.read(folder);
            pooling = read;
        }
        return read;
    }

    /** The vector of one text; see {@link #embed(List)}. */
    public float[] embed(String text) {
        return embed(List.of(text)).get(0);
    }

    /**
     * One vector for each text, as the checkpoint wants it ({@link #pooling()}).
     *
     * @return {@code hiddenSize} numbers each, in the order of the texts
     * @throws IllegalArgumentException if a text is too long for the model or has no tokens
     */
    public List<float[]> embed(List<String> texts) {
        return embed(texts, pooling().pooling(), pooling().normalize());
    }

    /** The vector of one text; see {@link #embed(List, Pooling, boolean)}. */
    public float[] embed(String text, Pooling pooling, boolean normalize) {
        return embed(List.of(text), pooling, normalize).get(0);
    }

    /**
     * One vector for each text.
     *
     * @param normalize whether to scale vectors to length 1, so that a dot product is a cosine
     * @return {@code hiddenSize} numbers each, in the order of the texts
     * @throws IllegalArgumentException if a text is too long for the model or has no tokens
     */
    public List<float[]> embed(List<String> texts, Pooling pooling, boolean normalize) {
        return runtime.run(runtime.encode(texts, cut()), (inputs, batch) -> {
            Tensor vectors = pooling.texts(body, inputs); // [batch, hiddenSize]
            return rows(normalize ? normalized(vectors) : vectors);
        });
    }

    /**
     * The vectors of each text's tokens, special ones included.
     *
     * @param pooling {@link Pooling#LAST_FOUR_LAYERS} for the sum of these layers; otherwise the last layer
     * @throws IllegalArgumentException if a text is too long for the model or has no tokens
     */
    public List<List<TokenVector>> tokenVectors(List<String> texts, Pooling pooling) {
        return runtime.run(runtime.encode(texts, cut()), (inputs, batch) -> {
            List<float[]> rows = rows(pooling.tokens(body, inputs));
            List<List<TokenVector>> results = new ArrayList<>(batch.size());
            int row = 0;
            for (Encoding encoding : batch) {
                results.add(tokens(encoding, rows.subList(row, row + encoding.length())));
                row += encoding.length();
            }
            return results;
        });
    }

    /** The last layer's vectors of a text's words, each the mean over the word's tokens; see {@link #wordVectors(List)}. */
    public List<TokenVector> wordVectors(String text) {
        return wordVectors(List.of(text)).get(0);
    }

    /**
     * The vectors of each text's words in their context: means over the word's tokens in the last layer. What a word is, the
     * tokenizer says; punctuation counts as words, special tokens don't.
     *
     * @throws IllegalArgumentException if a text is too long for the model or has no tokens
     */
    public List<List<TokenVector>> wordVectors(List<String> texts) {
        List<Encoding> encodings = runtime.encode(texts, cut());
        List<List<float[]>> rows = runtime.run(encodings, (inputs, batch) -> {
            List<float[]> all = rows(Pooling.MEAN.tokens(body, inputs));
            long[] first = inputs.layout().firstRows();
            return IntStream.range(0, batch.size())
                    .mapToObj(i -> all.subList(
                            (int) first[i], (int) first[i] + inputs.layout().length(i)))
                    .toList();
        });
        return IntStream.range(0, texts.size())
                .mapToObj(i -> words(texts.get(i), encodings.get(i), rows.get(i)))
                .toList();
    }

    /**
     * Divides texts into pieces that are short enough to be embedded without truncation, between words where a word isn't longer than
     * a piece. A text that is short enough is one piece; one of blanks alone has none.
     *
     * @return for each text its pieces, in its order and not overlapping
     */
    public List<List<WordSpans.Span>> pieces(List<String> texts) {
        int special = runtime.tokenizer().encode("", EncodeOptions.defaults()).length();
        int room = cut() - special;
        if (room < 1) {
            throw new CheckpointException(
                    folder, "reads " + cut() + " tokens, of which none is left beside the special ones");
        }
        EncodeOptions bare = EncodeOptions.defaults().withSpecialTokens(false);
        return runtime.tokenizer().encodeBatch(texts, bare).stream()
                .map(encoding -> pieces(encoding, room))
                .toList();
    }

    private static List<WordSpans.Span> pieces(Encoding encoding, int room) {
        List<WordSpans.Span> pieces = new ArrayList<>();
        for (int first = 0, end; first < encoding.length(); first = end) {
            end = wordEnd(encoding, first, Math.min(first + room, encoding.length()));
            pieces.add(new WordSpans.Span(encoding.starts()[first], encoding.ends()[end - 1]));
        }
        return List.copyOf(pieces);
    }

    /** {@code end}, or where the word begins that it would cut, unless that word begins at {@code first} or before. */
    private static int wordEnd(Encoding encoding, int first, int end) {
        int[] words = encoding.wordIds();
        int back = end;
        while (back > first && back < words.length && words[back] != Encoding.NONE && words[back] == words[back - 1]) {
            back--;
        }
        return back > first ? back : end;
    }

    /** Where truncation cuts. */
    private int cut() {
        return Math.min(runtime.model().config().maxInputLength(), limit);
    }

    private static Tensor normalized(Tensor vectors) {
        Tensor norms = vectors.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true);
        return vectors.div(norms.clamp_min(new Scalar(SMALLEST_NORM)));
    }

    private static List<float[]> rows(Tensor matrix) {
        float[] values = TensorData.floats(matrix);
        int width = Math.toIntExact(matrix.size(1));
        return IntStream.range(0, values.length / width)
                .mapToObj(row -> Arrays.copyOfRange(values, row * width, (row + 1) * width))
                .toList();
    }

    private static List<TokenVector> tokens(Encoding encoding, List<float[]> rows) {
        List<String> names = encoding.tokens();
        return IntStream.range(0, encoding.length())
                .mapToObj(i -> new TokenVector(names.get(i), encoding.starts()[i], encoding.ends()[i], rows.get(i)))
                .toList();
    }

    private static List<TokenVector> words(String text, Encoding encoding, List<float[]> rows) {
        List<TokenVector> words = new ArrayList<>();
        int[] wordIds = encoding.wordIds();
        for (int first = 0, end; first < wordIds.length; first = end) {
            end = first + 1;
            while (end < wordIds.length && wordIds[end] == wordIds[first]) {
                end++;
            }
            if (wordIds[first] != Encoding.NONE) {
                int start = encoding.starts()[first];
                int stop = encoding.ends()[end - 1];
                words.add(new TokenVector(text.substring(start, stop), start, stop, mean(rows.subList(first, end))));
            }
        }
        return List.copyOf(words);
    }

    private static float[] mean(List<float[]> vectors) {
        float[] sum = new float[vectors.get(0).length];
        for (float[] vector : vectors) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += vector[i] / vectors.size();
            }
        }
        return sum;
    }

    @Override
    public void close() {
        runtime.close();
    }
}
