package io.transformer4j.attention;

import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Module;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A learned term of the attention scores for each head and each distance between key and query (Raffel et al. 2020, §2.1;
 * HF {@code T5Attention}). Near distances have a bucket each, far ones share buckets that grow with the logarithm.
 */
public final class RelativePositionBias extends Module {
    private final int buckets;
    private final int maxDistance;
    private final boolean bidirectional;
    private final Embedding table;

    /**
     * A table of {@code buckets} rows.
     *
     * @param maxDistance from here on all distances share a bucket
     * @param bidirectional whether keys behind a query have half of the buckets; else they are never seen
     */
    public RelativePositionBias(
            int buckets, int maxDistance, int heads, boolean bidirectional, Initializer initializer) {
        this.buckets = buckets;
        this.maxDistance = maxDistance;
        this.bidirectional = bidirectional;
        this.table = child("table", new Embedding(buckets, heads, initializer));
    }

    /** The terms for one forward pass, whose layers share them. */
    public Pass pass(Device device) {
        return new Pass(device);
    }

    /** Terms computed so far in a pass; they belong to the scope that was open then. */
    public final class Pass {
        private final Device device;
        private final Map<Long, Tensor> known = new HashMap<>();

        private Pass(Device device) {
            this.device = device;
        }

        /** What {@link SelfAttention} will ask for, for whole sequences of a layout. */
        public List<Tensor> terms(SequenceLayout layout) {
            return lengthsOf(layout).mapToObj(length -> terms(length, length)).toList();
        }

        /** A pass that has given {@link #terms(SequenceLayout)}. */
        public Pass with(SequenceLayout layout, List<Tensor> terms) {
            Pass pass = new Pass(device);
            Iterator<Tensor> given = terms.iterator();
            lengthsOf(layout).forEach(length -> pass.known.put(key(length, length), given.next()));
            return pass;
        }

        private static LongStream lengthsOf(SequenceLayout layout) {
            return layout.runs().stream().mapToLong(SequenceLayout.Run::length).distinct();
        }

        /** {@code [1, heads, queryLength, keyLength]}: the last query stands where the last key does. */
        Tensor terms(long queryLength, long keyLength) {
            return known.computeIfAbsent(
                    key(queryLength, keyLength), key -> compute((int) queryLength, (int) keyLength));
        }

        private static long key(long queryLength, long keyLength) {
            return queryLength << 32 | keyLength;
        }

        private Tensor compute(int queryLength, int keyLength) {
            long[] ids = new long[queryLength * keyLength];
            for (int query = 0; query < queryLength; query++) {
                int position = keyLength - queryLength + query;
                for (int key = 0; key < keyLength; key++) {
                    ids[query * keyLength + key] = bucket(key - position);
                }
            }
            return table.forward(Tensor.create(ids).to(device, ScalarType.Long)) // [queries · keys, heads]
                    .t()
                    .view(1, -1, queryLength, keyLength);
        }
    }

    /** The bucket of {@code key - query}. The logarithm in float32, as in HF: else exact powers would change their bucket. */
    int bucket(int relativePosition) {
        int available = bidirectional ? buckets / 2 : buckets;
        int first = bidirectional && relativePosition > 0 ? available : 0;
        int distance = bidirectional ? Math.abs(relativePosition) : Math.max(0, -relativePosition);
        int exact = available / 2;
        if (distance < exact) {
            return first + distance;
        }
        float growth = (float) Math.log((float) distance / exact) / (float) Math.log((double) maxDistance / exact);
        return first + Math.min(available - 1, exact + (int) (growth * (available - exact)));
    }
}
