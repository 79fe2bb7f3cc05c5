package io.transformer4j.attention;

import io.transformer4j.torch.TensorScope;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary positions (Su et al. 2021, §3.2.2): pairs of a query's or key's elements are rotated by angles in proportion to
 * the position, so that scores depend on distances only. Element {@code i} is paired with element {@code i + headSize / 2},
 * as in HF's Llama. Immutable and thread-safe.
 */
public final class RotaryEmbedding {
    private final long headSize;
    private final double theta;
    private final int usualLength;
    private final IntFunction<Rescaling> rescaling;
    private final double magnitude;
    /** Radians per position of each pair, {@code [headSize / 2]}, in inputs of usual length. */
    private final float[] usualFrequencies;

    /** Makes of a pair's frequency the one to use, for inputs that are longer than those in training. */
    @FunctionalInterface
    public interface Rescaling {
        /** As in training. */
        Rescaling NONE = (pair, frequency) -> frequency;

        /**
         * The frequency to use.
         *
         * @param pair its number, from 0 for the highest frequency
         * @param frequency radians per position in training
         */
        double apply(int pair, double frequency);
    }

    /**
     * Rotations with frequencies {@code theta^(-2i / headSize)}, rescaled in the same way whatever the length of the inputs.
     *
     * @param headSize elements of a query; even
     * @param magnitude factor of the rotated queries and keys
     */
    public RotaryEmbedding(long headSize, double theta, Rescaling rescaling, double magnitude) {
        this(headSize, theta, Integer.MAX_VALUE, length -> rescaling, magnitude);
    }

    /**
     * Rotations with frequencies {@code theta^(-2i / headSize)}, rescaled by the length of the inputs.
     *
     * @param headSize elements of a query; even
     * @param usualLength shorter inputs are rescaled as those of this length
     * @param rescaling for a batch whose longest input has so many tokens
     * @param magnitude factor of the rotated queries and keys
     */
    public RotaryEmbedding(
            long headSize, double theta, int usualLength, IntFunction<Rescaling> rescaling, double magnitude) {
        this.headSize = headSize;
        this.theta = theta;
        this.usualLength = usualLength;
        this.rescaling = rescaling;
        this.magnitude = magnitude;
        usualFrequencies = frequencies(rescaling.apply(usualLength));
    }

    private float[] frequencies(Rescaling ofLength) {
        float[] frequencies = new float[Math.toIntExact(headSize / 2)];
        for (int i = 0; i < frequencies.length; i++) {
            // Rounded where HF rounds, since a far position magnifies what is lost.
            float exponent = 2f * i / headSize;
            frequencies[i] = (float) ofLength.apply(i, 1f / (float) Math.pow(theta, exponent));
        }
        return frequencies;
    }

    /**
     * The rotation of each row of a packed batch, computed once for all layers.
     *
     * @param positions {@code [tokens]} int64
     * @param longest tokens of the batch's longest sequence, earlier ones included: as in HF, all sequences are rescaled alike
     */
    public Rotation at(Tensor positions, int longest) {
        float[] radians = longest > usualLength ? frequencies(rescaling.apply(longest)) : usualFrequencies;
        try (TensorScope scope = new TensorScope()) {
            Tensor frequency = Tensor.create(radians).to(positions.device(), ScalarType.Float);
            Tensor angles = positions.toType(ScalarType.Float).outer(frequency); // [tokens, headSize / 2]
            Tensor both = torch.cat(new TensorVector(angles, angles), 1); // [tokens, headSize]
            return new Rotation(
                    scope.keep(scaled(both.cos()).unsqueeze(1)),
                    scope.keep(scaled(both.sin()).unsqueeze(1)));
        }
    }

    private Tensor scaled(Tensor table) {
        return magnitude == 1 ? table : table.mul_(new Scalar(magnitude));
    }

    /**
     * Cosines and sines of each row's angles.
     *
     * @param cosines {@code [tokens, 1, headSize]}
     * @param sines same shape
     */
    public record Rotation(Tensor cosines, Tensor sines) {
        /** Rotates {@code [tokens, heads, headSize]}. */
        Tensor apply(Tensor rows) {
            TensorVector halves = rows.chunk(2, -1);
            Tensor turned = torch.cat(new TensorVector(halves.get(1).neg(), halves.get(0)), -1);
            return rows.mul(cosines).addcmul(turned, sines);
        }
    }
}
