package io.transformer4j.models;

import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.SequenceLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Prompts that a decoder-only model continues; what it knows of them is in a cache. */
final class CausalDecoding implements Decoding {
    private final CausalLanguageModel model;
    private final List<int[]> prompts;
    private final KvCache cache;

    CausalDecoding(CausalLanguageModel model, List<int[]> prompts) {
        this.model = model;
        this.prompts = List.copyOf(prompts);
        this.cache = new KvCache(model.config().numHiddenLayers(), prompts.size());
    }

    @Override
    public List<int[]> prefixes() {
        return prompts;
    }

    @Override
    public Tensor first() {
        return run(prompts);
    }

    @Override
    public Tensor next(int[] tokens) {
        return run(Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toList());
    }

    private Tensor run(List<int[]> fresh) {
        SequenceLayout layout =
                SequenceLayout.of(fresh.stream().mapToInt(ids -> ids.length).toArray());
        long[] ids = fresh.stream().flatMapToInt(IntStream::of).asLongStream().toArray();
        ModelInputs inputs = ModelInputs.of(ids, new long[ids.length], cache.positions(layout), layout, model.device());
        return model.nextTokenLogits(inputs, cache);
    }

    @Override
    public void select(int... sources) {
        cache.select(sources);
    }

    @Override
    public void close() {
        cache.close();
    }
}
