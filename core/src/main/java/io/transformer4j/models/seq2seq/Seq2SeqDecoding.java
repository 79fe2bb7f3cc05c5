package io.transformer4j.models.seq2seq;

import io.transformer4j.attention.KvCache;
import io.transformer4j.attention.Memory;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.Decoding;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.torch.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Targets in the making. Each source is encoded once, and its keys and values exist once however many rows look at it:
 * the rows of a source are one sequence of queries.
 */
final class Seq2SeqDecoding implements Decoding {
    private final EncoderDecoderModel<?> model;
    private final Decoder decoder;
    private final KvCache cache;
    private List<Memory> memories;
    private int[] sourceOfRow;

    Seq2SeqDecoding(EncoderDecoderModel<?> model, Decoder decoder, ModelInputs sources) {
        this.model = model;
        this.decoder = decoder;
        int count = sources.layout().batchSize();
        cache = new KvCache(model.config().spec().decoder().layers(), count);
        sourceOfRow = IntStream.range(0, count).toArray();
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor encoded = model.encode(sources).lastHiddenState();
            memories = retained(decoder.memories(encoded, sources.layout()));
        }
    }

    @Override
    public List<int[]> prefixes() {
        return Collections.nCopies(sourceOfRow.length, new int[] {model.config().decoderStartTokenId()});
    }

    @Override
    public Tensor first() {
        int[] starts = new int[sourceOfRow.length];
        Arrays.fill(starts, model.config().decoderStartTokenId());
        return next(starts);
    }

    @Override
    public Tensor next(int[] tokens) {
        SequenceLayout steps = SequenceLayout.uniform(tokens.length, 1);
        long[] ids = Arrays.stream(tokens).asLongStream().toArray();
        Tensor hidden = decoder.forward(
                        ModelInputs.tensor(ids, model.device()),
                        new DecoderPass(steps, cache, rowsBySource(), memories, null))
                .lastHiddenState();
        return model.logits(hidden); // [rows, vocabSize]
    }

    /** The rows that look at one source are one sequence. */
    private SequenceLayout rowsBySource() {
        int[] rows = new int[sourceOfRow[sourceOfRow.length - 1] + 1];
        for (int source : sourceOfRow) {
            rows[source]++;
        }
        return SequenceLayout.of(rows);
    }

    @Override
    public void select(int... rows) {
        cache.select(rows);
        int[] sources = Arrays.stream(rows).map(row -> sourceOfRow[row]).toArray();
        long[] kept = Arrays.stream(sources).distinct().asLongStream().toArray();
        if (kept.length <= sourceOfRow[sourceOfRow.length - 1]) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                List<Memory> before = memories;
                memories = retained(
                        before.stream().map(memory -> memory.select(kept)).toList());
                release(before);
            }
        }
        sourceOfRow = Arrays.stream(sources)
                .map(source -> Arrays.binarySearch(kept, source))
                .toArray();
    }

    private static List<Memory> retained(List<Memory> memories) {
        return memories.stream()
                .map(memory -> memory.map(tensor -> TensorScope.retain(tensor.contiguous())))
                .toList();
    }

    private static void release(List<Memory> memories) {
        memories.forEach(memory -> memory.tensors().forEach(TensorScope::release));
    }

    @Override
    public void close() {
        cache.close();
        release(memories);
    }
}
