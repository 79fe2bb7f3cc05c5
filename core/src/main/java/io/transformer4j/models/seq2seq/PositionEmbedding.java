package io.transformer4j.models.seq2seq;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.seq2seq.EncoderDecoderSpec.Positions;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Module;
import java.util.Arrays;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** A vector for each position, added to the token embeddings. */
abstract sealed class PositionEmbedding extends Module {
    /** {@code [tokens, size]}. */
    abstract Tensor forward(long[] positions, Device device);

    /** What {@code spec} asks for; null if positions don't enter here. */
    static @Nullable PositionEmbedding of(EncoderDecoderSpec spec) {
        if (spec.positions() instanceof Positions.Sinusoidal sinusoidal) {
            return new Sinusoidal(spec, sinusoidal.halves());
        }
        return spec.positions() instanceof Positions.Learned learned ? new Learned(spec, learned.offset()) : null;
    }

    /** A table that is learned. */
    static final class Learned extends PositionEmbedding {
        private final Embedding table;
        private final int offset;

        private Learned(EncoderDecoderSpec spec, int offset) {
            this.offset = offset;
            this.table = child(
                    "table", new Embedding((long) spec.maxPositions() + offset, spec.hiddenSize(), spec.initializer()));
        }

        @Override
        Tensor forward(long[] positions, Device device) {
            long[] rows =
                    Arrays.stream(positions).map(position -> position + offset).toArray();
            return table.forward(ModelInputs.tensor(rows, device));
        }
    }

    /**
     * {@code sin} and {@code cos} of {@code position / 10000^(2i / size)} (Vaswani et al. 2017, §3.5). A table on the Java
     * heap: it has no gradient and is in no checkpoint.
     */
    static final class Sinusoidal extends PositionEmbedding {
        private final int size;
        private final boolean halves;
        private volatile float[] table = {};

        private Sinusoidal(EncoderDecoderSpec spec, boolean halves) {
            this.size = Math.toIntExact(spec.hiddenSize());
            this.halves = halves;
        }

        @Override
        Tensor forward(long[] positions, Device device) {
            float[] known = tableFor(Arrays.stream(positions).max().orElse(0));
            float[] rows = new float[positions.length * size];
            for (int i = 0; i < positions.length; i++) {
                System.arraycopy(known, (int) positions[i] * size, rows, i * size, size);
            }
            return Tensor.create(rows).view(positions.length, size).to(device, ScalarType.Float);
        }

        /** The table up to {@code last} at least; threads may make it at the same time and get the same. */
        private float[] tableFor(long last) {
            float[] known = table;
            if (known.length <= last * size) {
                known = rows((int) Math.max(64, 2 * last));
                table = known;
            }
            return known;
        }

        private float[] rows(int count) {
            float[] rows = new float[count * size];
            int cosines = halves ? (size + 1) / 2 : 1;
            int stride = halves ? 1 : 2;
            for (int position = 0; position < count; position++) {
                for (int i = 0; 2 * i < size; i++) {
                    double angle = position / Math.pow(10_000, 2.0 * i / size);
                    int sine = position * size + stride * i;
                    rows[sine] = (float) Math.sin(angle);
                    if (2 * i + 1 < size) {
                        rows[sine + cosines] = (float) Math.cos(angle);
                    }
                }
            }
            return rows;
        }
    }
}
