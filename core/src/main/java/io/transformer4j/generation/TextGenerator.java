package io.transformer4j.generation;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.models.Decoding;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Lets a model write: continuations of prompts by a decoder-only model, or answers to sources by an encoder–decoder. The
 * likeliest token at each place, drawn tokens, or beam search, as the configuration says.
 *
 * <p>Inputs of different lengths run together without padding, and each leaves the batch when its text has ended. Batches
 * are divided among the pool's workers, since a step for few rows does little but read the weights, and several workers
 * read faster than one. A single input runs on one worker: ADR 0002 says why its products aren't divided.
 *
 * <p>Immutable and thread-safe; the model, the pool and the tokenizer stay the caller's.
 */
public final class TextGenerator {
    /** Enough for products at full speed, few enough for short texts not to wait for long ones. */
    private static final int MAX_ROWS = 256;

    private final GenerativeModel model;
    private final Device device;
    private final @Nullable Tokenizer tokenizer;
    private final ComputePool pool;
    private final Precision precision;

    /**
     * A generator.
     *
     * @param tokenizer turns what is written into text; without one there are ids only and no stop strings
     */
    public TextGenerator(GenerativeModel model, @Nullable Tokenizer tokenizer, ComputePool pool, Precision precision) {
        this.model = model;
        this.device = model.device();
        this.tokenizer = tokenizer;
        this.pool = pool;
        this.precision = precision;
    }

    /** Writes without telling anyone on the way; see {@link #generate(List, GenerationConfig, TokenListener)}. */
    public List<Generation> generate(List<int[]> inputs, GenerationConfig config) {
        return generate(inputs, config, TokenListener.NONE);
    }

    /**
     * Writes a text for each input, or several if the configuration asks for more beams to be returned.
     *
     * @param inputs token ids of prompts or sources
     * @param listener hears of each token at once; with beams, which change until the end, of none
     * @return in the order of the inputs; the best beam first
     * @throws IllegalArgumentException if an input is empty, has more tokens than the model takes, or an id that it doesn't
     *     know; or if there are stop strings but no tokenizer, or stop strings and beams
     */
    public List<Generation> generate(List<int[]> inputs, GenerationConfig config, TokenListener listener) {
        return generateAll(inputs, config, listener).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** As {@link #generate(List, GenerationConfig, TokenListener)}, with a list of texts for each input. */
    public List<List<Generation>> generateAll(List<int[]> inputs, GenerationConfig config, TokenListener listener) {
        check(
                config.stopStrings().isEmpty() || tokenizer != null,
                "stop strings need a tokenizer, but this generator has none");
        check(config.stopStrings().isEmpty() || config.numBeams() == 1, "beam search has no stop strings");
        for (int i = 0; i < inputs.size(); i++) {
            checkInput(i, inputs.get(i));
        }
        List<Integer> byLength = IntStream.range(0, inputs.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> -inputs.get(i).length))
                .toList();
        List<List<Integer>> batches = batches(byLength, Math.max(1, MAX_ROWS / config.numBeams()));
        List<SplittableRandom> randoms = randoms(inputs.size(), config.seed());
        List<List<Generation>> results = new ArrayList<>(Collections.nCopies(inputs.size(), List.of()));
        TokenListener oneAtATime = serialized(listener);
        AtomicInteger next = new AtomicInteger();
        pool.onEachWorker(worker -> {
            for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
                List<Integer> batch = batches.get(i);
                List<List<Generation>> written = write(batch, inputs, config, randoms, oneAtATime);
                for (int j = 0; j < batch.size(); j++) {
                    results.set(batch.get(j), written.get(j)); // each element is written by one worker
                }
            }
            return worker;
        });
        return results;
    }

    private void checkInput(int index, int[] ids) {
        PretrainedConfig config = model.config();
        check(ids.length > 0, "prompt %d is empty: give at least one token", index);
        check(
                ids.length <= model.maxPromptLength(),
                "prompt %d has %d tokens, but the model takes %d at most: shorten it",
                index,
                ids.length,
                model.maxPromptLength());
        for (int id : ids) {
            check(
                    id >= 0 && id < config.vocabSize(),
                    "prompt %d has the token id %d, but the model's vocabulary has %d tokens",
                    index,
                    id,
                    config.vocabSize());
        }
    }

    /** A stream of numbers for each input, so that what is drawn for one doesn't depend on the others. */
    private static List<SplittableRandom> randoms(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count).mapToObj(i -> random.split()).toList();
    }

    private static TokenListener serialized(TokenListener listener) {
        Object lock = new Object();
        return (prompt, id, text) -> {
            synchronized (lock) {
                listener.onToken(prompt, id, text);
            }
        };
    }

    /** Neighbours in length together; enough batches for all workers. */
    private List<List<Integer>> batches(List<Integer> byLength, int limit) {
        int workers = device.is_cpu() ? pool.workers() : 1;
        int size = Math.min(limit, Math.max(1, (byLength.size() + workers - 1) / workers));
        List<List<Integer>> batches = new ArrayList<>();
        for (int start = 0; start < byLength.size(); start += size) {
            batches.add(byLength.subList(start, Math.min(start + size, byLength.size())));
        }
        return batches;
    }

    private List<List<Generation>> write(
            List<Integer> batch,
            List<int[]> inputs,
            GenerationConfig config,
            List<SplittableRandom> randoms,
            TokenListener listener) {
        List<int[]> sources = batch.stream().map(inputs::get).toList();
        try (NoGradGuard guard = new NoGradGuard();
                Precision.Region region = precision.enter(device.type());
                Decoding decoding = model.decode(sources)) {
            if (config.numBeams() > 1) {
                return new Beams(decoding, sources, config).run();
            }
            List<Continuation> continuations = new ArrayList<>(batch.size());
            int positions = model.maxTextLength();
            for (int i = 0; i < batch.size(); i++) {
                int input = batch.get(i);
                int[] prefix = decoding.prefixes().get(i);
                continuations.add(new Continuation(
                        input, sources.get(i), prefix, randoms.get(input), config, positions, tokenizer));
            }
            follow(decoding, continuations, new TokenSampler(config), listener);
            return continuations.stream()
                    .map(continuation -> List.of(continuation.result()))
                    .toList();
        }
    }

    /** Writes one token for each text at a time, until all have ended. */
    private static void follow(
            Decoding decoding, List<Continuation> all, TokenSampler sampler, TokenListener listener) {
        List<Continuation> running = all;
        boolean first = true;
        while (!running.isEmpty()) {
            try (TensorScope scope = new TensorScope()) {
                Tensor logits = first
                        ? decoding.first()
                        : decoding.next(running.stream()
                                .mapToInt(
                                        continuation -> continuation.sequence().last())
                                .toArray());
                int[] chosen = sampler.choose(
                        logits,
                        running.stream().map(Continuation::sequence).toList(),
                        running.stream().map(Continuation::random).toList());
                for (int i = 0; i < chosen.length; i++) {
                    running.get(i).add(chosen[i], listener);
                }
            }
            first = false;
            List<Continuation> before = running;
            int[] rows = IntStream.range(0, before.size())
                    .filter(i -> !before.get(i).finished())
                    .toArray();
            running = IntStream.of(rows).mapToObj(before::get).toList();
            if (rows.length > 0) {
                decoding.select(rows);
            }
        }
    }

    /** A batch of beam searches. */
    private final class Beams {
        private final Decoding decoding;
        private final BeamScorer scorer;
        private final List<BeamSearch> all;

        Beams(Decoding decoding, List<int[]> sources, GenerationConfig config) {
            this.decoding = decoding;
            this.scorer = new BeamScorer(config);
            int positions = model.maxTextLength();
            List<int[]> prefixes = decoding.prefixes();
            this.all = IntStream.range(0, sources.size())
                    .mapToObj(i -> new BeamSearch(sources.get(i), prefixes.get(i), config, positions))
                    .toList();
        }

        List<List<Generation>> run() {
            List<BeamSearch> running = all;
            step(running, decoding::first);
            for (running = goOn(running); !running.isEmpty(); running = goOn(running)) {
                int[] tokens = running.stream()
                        .flatMap(search -> search.running().stream())
                        .mapToInt(hypothesis -> hypothesis.sequence().last())
                        .toArray();
                step(running, () -> decoding.next(tokens));
            }
            return all.stream()
                    .map(search -> search.best().stream().map(this::generation).toList())
                    .toList();
        }

        private void step(List<BeamSearch> running, Supplier<Tensor> logits) {
            try (TensorScope scope = new TensorScope()) {
                List<List<BeamSearch.Candidate>> best = scorer.best(logits.get(), running);
                for (int i = 0; i < running.size(); i++) {
                    running.get(i).advance(best.get(i));
                }
            }
        }

        /** Lets the rows follow the hypotheses that go on; those of finished searches leave the batch. */
        private List<BeamSearch> goOn(List<BeamSearch> before) {
            List<Integer> rows = new ArrayList<>();
            int first = 0;
            for (BeamSearch search : before) {
                if (!search.over()) {
                    for (BeamSearch.Hypothesis hypothesis : search.running()) {
                        rows.add(first + hypothesis.parent());
                    }
                }
                first += search.rowsBefore();
            }
            List<BeamSearch> running =
                    before.stream().filter(search -> !search.over()).toList();
            if (!running.isEmpty()) {
                decoding.select(rows.stream().mapToInt(Integer::intValue).toArray());
            }
            return running;
        }

        private Generation generation(BeamSearch.Hypothesis best) {
            List<Integer> ids = best.sequence().continuation();
            return new Generation(
                    best.sequence().prompt(),
                    ids,
                    tokenizer == null
                            ? ""
                            : tokenizer.decode(ids.stream().mapToInt(id -> id).toArray(), true),
                    best.reason(),
                    best.score());
        }
    }
}
