package io.transformer4j.generation;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Continues prompts with a causal language model. Prompts of different lengths run together without padding, and each
 * leaves the batch when it ends.
 *
 * <p>Prompts are divided among the pool's workers, since a step for few rows does little but read the weights, and several
 * workers read faster than one. A single prompt runs on one worker: ADR 0002 says why its products aren't divided.
 *
 * <p>Immutable and thread-safe; the model, the pool and the tokenizer stay the caller's.
 */
public final class TextGenerator {
    private final CausalLanguageModel model;
    private final Device device;
    private final @Nullable Tokenizer tokenizer;
    private final ComputePool pool;
    private final Precision precision;

    /**
     * A generator.
     *
     * @param tokenizer turns tokens into text; without one there are ids only and no stop strings
     */
    public <M extends PretrainedModel & CausalLanguageModel> TextGenerator(
            M model, @Nullable Tokenizer tokenizer, ComputePool pool, Precision precision) {
        this.model = model;
        this.device = model.device();
        this.tokenizer = tokenizer;
        this.pool = pool;
        this.precision = precision;
    }

    /** Continues prompts; see {@link #generate(List, GenerationConfig, TokenListener)}. */
    public List<Generation> generate(List<int[]> prompts, GenerationConfig config) {
        return generate(prompts, config, TokenListener.NONE);
    }

    /**
     * Continues prompts.
     *
     * @param prompts token ids of each
     * @param listener hears of each token at once
     * @return in the order of the prompts
     * @throws IllegalArgumentException if a prompt is empty, leaves no position for a new token, or has an id that the model
     *     doesn't know; or if there are stop strings but no tokenizer
     */
    public List<Generation> generate(List<int[]> prompts, GenerationConfig config, TokenListener listener) {
        check(
                config.stopStrings().isEmpty() || tokenizer != null,
                "stop strings need a tokenizer, but this generator has none");
        List<Continuation> continuations = start(prompts, config);
        TokenSampler sampler = new TokenSampler(config);
        TokenListener oneAtATime = serialized(listener);
        List<List<Continuation>> groups = divide(continuations);
        pool.onEachWorker(worker -> {
            if (!groups.get(worker).isEmpty()) {
                new Decoding(groups.get(worker), sampler, oneAtATime).run();
            }
            return worker;
        });
        return continuations.stream().map(Continuation::result).toList();
    }

    private List<Continuation> start(List<int[]> prompts, GenerationConfig config) {
        SplittableRandom random = new SplittableRandom(config.seed());
        int positions = model.config().maxInputLength();
        List<Continuation> continuations = new ArrayList<>(prompts.size());
        for (int i = 0; i < prompts.size(); i++) {
            int[] ids = prompts.get(i);
            check(ids.length > 0, "prompt %d is empty: give at least one token", i);
            check(
                    ids.length < positions,
                    "prompt %d has %d tokens, but the model has %d positions for prompt and continuation: shorten it",
                    i,
                    ids.length,
                    positions);
            checkIds(i, ids, model.config());
            continuations.add(new Continuation(i, ids, random.split(), config, positions, tokenizer));
        }
        return continuations;
    }

    private static void checkIds(int prompt, int[] ids, PretrainedConfig config) {
        for (int id : ids) {
            check(
                    id >= 0 && id < config.vocabSize(),
                    "prompt %d has the token id %d, but the model's vocabulary has %d tokens",
                    prompt,
                    id,
                    config.vocabSize());
        }
    }

    private static TokenListener serialized(TokenListener listener) {
        Object lock = new Object();
        return (prompt, id, text) -> {
            synchronized (lock) {
                listener.onToken(prompt, id, text);
            }
        };
    }

    /** A group for each worker, with as equal work as the prompts allow; neighbours in a group are about equally long. */
    private List<List<Continuation>> divide(List<Continuation> continuations) {
        int used = device.is_cpu() ? pool.workers() : 1;
        List<Continuation> byLength = continuations.stream()
                .sorted(Comparator.comparingInt(
                        continuation -> continuation.sequence().size()))
                .toList();
        return IntStream.range(0, pool.workers())
                .mapToObj(worker -> IntStream.range(0, byLength.size())
                        .filter(i -> i % used == worker)
                        .mapToObj(byLength::get)
                        .toList())
                .toList();
    }

    /** A group of prompts that one worker continues, one token for each at a time. */
    private final class Decoding {
        private final TokenSampler sampler;
        private final TokenListener listener;
        private List<Continuation> running;

        Decoding(List<Continuation> group, TokenSampler sampler, TokenListener listener) {
            this.running = group;
            this.sampler = sampler;
            this.listener = listener;
        }

        void run() {
            try (KvCache cache = new KvCache(model.config().numHiddenLayers(), running.size());
                    NoGradGuard guard = new NoGradGuard();
                    Precision.Region region = precision.enter(device.type())) {
                List<int[]> fresh =
                        running.stream().map(c -> c.sequence().ids().toArray()).toList();
                while (!running.isEmpty()) {
                    step(fresh, cache);
                    leaveFinished(cache);
                    fresh = running.stream()
                            .map(c -> new int[] {c.sequence().last()})
                            .toList();
                }
            }
        }

        private void step(List<int[]> fresh, KvCache cache) {
            try (TensorScope scope = new TensorScope()) {
                Tensor logits = model.nextTokenLogits(inputs(fresh, cache), cache); // [running, vocabSize]
                int[] chosen = sampler.choose(
                        logits,
                        running.stream().map(Continuation::sequence).toList(),
                        running.stream().map(Continuation::random).toList());
                for (int i = 0; i < chosen.length; i++) {
                    running.get(i).add(chosen[i], listener);
                }
            }
        }

        private ModelInputs inputs(List<int[]> fresh, KvCache cache) {
            SequenceLayout layout =
                    SequenceLayout.of(fresh.stream().mapToInt(ids -> ids.length).toArray());
            long[] ids =
                    fresh.stream().flatMapToInt(IntStream::of).asLongStream().toArray();
            return ModelInputs.of(ids, new long[ids.length], cache.positions(layout), layout, device);
        }

        private void leaveFinished(KvCache cache) {
            int[] remaining = IntStream.range(0, running.size())
                    .filter(i -> !running.get(i).finished())
                    .toArray();
            if (remaining.length < running.size()) {
                running = IntStream.of(remaining).mapToObj(running::get).toList();
                if (!running.isEmpty()) {
                    cache.select(remaining);
                }
            }
        }
    }
}
