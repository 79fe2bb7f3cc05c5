package io.transformer4j.pipelines;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.nn.Parameter;
import io.transformer4j.quantization.Quantization;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Truncation;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.jspecify.annotations.Nullable;

/**
 * What pipelines have in common: a model, its tokenizer and compute threads. Thread-safe. For those who make pipelines of their own.
 *
 * @param <M> what the model can do
 */
public final class PipelineRuntime<M extends PretrainedModel> implements AutoCloseable {
    /** Enough rows for products at full speed, few enough for activations to stay small; about that many, a text more at most. */
    private static final long BATCH_TOKENS = 2048;

    /** Windows share a fourth of their tokens with the one before. */
    private static final int OVERLAP = 4;

    private final M model;
    private final Tokenizer tokenizer;
    private final ComputePool pool;
    private final PipelineOptions options;

    private PipelineRuntime(M model, Tokenizer tokenizer, ComputePool pool, PipelineOptions options) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.pool = pool;
        this.options = options;
    }

    /** Opens the tokenizer of {@code folder} and the model that {@code loader} reads. */
    public static <M extends PretrainedModel> PipelineRuntime<M> open(
            Path folder, PipelineOptions options, Function<Device, M> loader) {
        Tokenizer tokenizer = Tokenizer.load(folder).withOptions(EncodeOptions.defaults());
        ComputePool pool = new ComputePool(options.threads());
        try {
            M model = loader.apply(Devices.parse(options.device()));
            arrange(model, options.quantization());
            return new PipelineRuntime<>(model, tokenizer, pool, options);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** Brings the weights into the forms that serve best where nobody trains them. */
    private static void arrange(PretrainedModel model, Quantization quantization) {
        try {
            model.adapter().ifPresent(LoraAdapter::merge); // the same outputs for fewer products
            quantization.apply(model);
            model.matrices().forEach(Parameter::transposeInMemory);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** The model. */
    public M model() {
        return model;
    }

    /** The tokenizer, without truncation or padding of its own. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    ComputePool pool() {
        return pool;
    }

    Precision precision() {
        return options.precision();
    }

    /**
     * Tokens of the texts, special ones included.
     *
     * @throws IllegalArgumentException if a text has no tokens or, without truncation, more than the model has positions
     */
    public List<Encoding> encode(List<String> texts) {
        return encode(texts, model.config().maxInputLength());
    }

    /**
     * As {@link #encode(List)}, but with another length to cut at.
     *
     * @param limit in tokens, for truncation only: without it a text may be as long as the model takes
     */
    List<Encoding> encode(List<String> texts, int limit) {
        int positions = model.config().maxInputLength();
        EncodeOptions how = options.truncation()
                ? EncodeOptions.defaults().withTruncation(Truncation.toLength(limit))
                : EncodeOptions.defaults();
        List<Encoding> encodings = tokenizer.encodeBatch(texts, how);
        for (int i = 0; i < encodings.size(); i++) {
            int length = encodings.get(i).length();
            requireTokens(i, length);
            if (length > positions) {
                throw new IllegalArgumentException("text " + i + " has " + length
                        + " tokens, but the model's max_position_embeddings is " + positions
                        + ": truncate it (truncation=true) or choose a longer model");
            }
        }
        return encodings;
    }

    /** Computes something small on one of the workers, inside a scope and without gradients. */
    <R> R compute(Supplier<R> task) {
        return pool.onOneWorker(() -> {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard();
                    Precision.Region region =
                            options.precision().enter(model.device().type())) {
                return task.get();
            }
        });
    }

    /**
     * Tokens of the texts or pairs in windows that overlap, as many as it takes to cover them; with truncation only the first. Of a
     * pair it is the second text that is cut, and the first is in every window.
     *
     * @throws IllegalArgumentException if one has no tokens, or the first of a pair fills a window
     */
    public List<List<Encoding>> encodeWindows(List<String> texts, @Nullable List<String> pairs) {
        int positions = model.config().maxInputLength();
        Truncation.Strategy cut = pairs == null ? Truncation.Strategy.ONLY_FIRST : Truncation.Strategy.ONLY_SECOND;
        EncodeOptions how = EncodeOptions.defaults()
                .withTruncation(Truncation.toLength(positions).withStrategy(cut).withStride(positions / OVERLAP))
                .withCompleteOverflow(!options.truncation());
        List<Encoding> first = tokenizer.encodeBatch(texts, pairs, how);
        List<List<Encoding>> windows = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            requireTokens(i, first.get(i).length());
            List<Encoding> all = new ArrayList<>(List.of(first.get(i)));
            if (!options.truncation()) {
                all.addAll(first.get(i).overflowing());
            }
            windows.add(List.copyOf(all));
        }
        return List.copyOf(windows);
    }

    private static void requireTokens(int text, int length) {
        if (length == 0) {
            throw new IllegalArgumentException("text " + text + " has no tokens: give at least one word");
        }
    }

    /**
     * As {@link #run}, for texts that are windows each.
     *
     * @return the results of each text's windows
     */
    public <R> List<List<R>> runWindows(List<List<Encoding>> windows, BatchFunction<R> function) {
        List<R> flat = run(windows.stream().flatMap(List::stream).toList(), function);
        List<List<R>> results = new ArrayList<>();
        int at = 0;
        for (List<Encoding> text : windows) {
            results.add(flat.subList(at, at + text.size()));
            at += text.size();
        }
        return results;
    }

    /** Computes the results of a batch, in its order, inside a scope and without gradients. */
    @FunctionalInterface
    public interface BatchFunction<R> {
        /** One result for each sequence of {@code inputs}. */
        List<R> apply(ModelInputs inputs, List<Encoding> batch);
    }

    /**
     * Runs texts in batches of about the same length, which the workers take one after the other, the longest first.
     *
     * @return in the order of {@code encodings}
     */
    public <R> List<R> run(List<Encoding> encodings, BatchFunction<R> function) {
        List<List<Integer>> batches = batches(encodings);
        AtomicInteger next = new AtomicInteger();
        List<R> results = new ArrayList<>(Collections.nCopies(encodings.size(), null));
        pool.onEachWorker(worker -> {
            try (NoGradGuard guard = new NoGradGuard();
                    Precision.Region region =
                            options.precision().enter(model.device().type())) {
                for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
                    runBatch(batches.get(i), encodings, function, results);
                }
            }
            return worker;
        });
        return List.copyOf(results);
    }

    private <R> void runBatch(
            List<Integer> indices, List<Encoding> encodings, BatchFunction<R> function, List<R> results) {
        try (TensorScope scope = new TensorScope()) {
            List<Encoding> batch = indices.stream().map(encodings::get).toList();
            List<R> computed = function.apply(inputs(batch), batch);
            for (int i = 0; i < computed.size(); i++) {
                results.set(indices.get(i), computed.get(i)); // each element is written by one worker
            }
        }
    }

    private ModelInputs inputs(List<Encoding> batch) {
        return ModelInputs.of(
                longs(batch, Encoding::ids),
                longs(batch, Encoding::typeIds),
                null,
                SequenceLayout.of(batch.stream().mapToInt(Encoding::length).toArray()),
                model.device());
    }

    private static long[] longs(List<Encoding> batch, Function<Encoding, int[]> column) {
        return batch.stream()
                .map(column)
                .flatMapToInt(Arrays::stream)
                .asLongStream()
                .toArray();
    }

    /** Batches of about as many tokens each, as many for each worker: none has a batch to do when the others are done. */
    private List<List<Integer>> batches(List<Encoding> encodings) {
        long total = encodings.stream().mapToLong(Encoding::length).sum();
        int workers = pool.workers();
        long count = workers * Math.max(1, (total + workers * BATCH_TOKENS - 1) / (workers * BATCH_TOKENS));
        List<Integer> longestFirst = IntStream.range(0, encodings.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> -encodings.get(i).length()))
                .toList();
        SortedMap<Long, List<Integer>> batches = new TreeMap<>();
        long before = 0;
        for (int index : longestFirst) {
            int length = encodings.get(index).length();
            long number = (2 * before + length) * count / (2 * total); // where the text's middle falls
            batches.computeIfAbsent(number, none -> new ArrayList<>()).add(index);
            before += length;
        }
        return List.copyOf(batches.values());
    }

    /** Stops the workers after their current tasks, then frees the model. */
    @Override
    public void close() {
        pool.close();
        model.close();
    }
}
