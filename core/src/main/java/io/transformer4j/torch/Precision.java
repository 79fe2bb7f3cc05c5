package io.transformer4j.torch;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Arithmetic of the matrix products: {@code FP32}, or {@code BF16} by libtorch's autocast, with weights, norms, softmax
 * and the loss kept in float32.
 */
public enum Precision {
    FP32,
    BF16;

    /**
     * Parses {@code fp32} or {@code bf16}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Precision parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "fp32" -> FP32;
            case "bf16" -> BF16;
            default -> throw new IllegalArgumentException("precision must be fp32 or bf16, but is \"" + name + "\"");
        };
    }

    /** What the current thread computes with. */
    public static Precision current(DeviceType device) {
        return torch.is_autocast_enabled(device) ? BF16 : FP32;
    }

    /** The dtype that autocast uses for products. */
    public ScalarType dtype() {
        return this == FP32 ? ScalarType.Float : ScalarType.BFloat16;
    }

    /**
     * Enters this precision on the current thread until the region is closed. Run the optimizer step outside: autocast
     * keeps cast copies of weights until the outermost region ends.
     */
    public Region enter(DeviceType device) {
        return new Region(device, this);
    }

    /** A region of one precision; thread-local state is restored on close. */
    public static final class Region implements AutoCloseable {
        private final DeviceType device;
        private final boolean wasEnabled;
        private final ScalarType wasDtype;
        private final boolean active;

        private Region(DeviceType device, Precision precision) {
            this.device = device;
            wasEnabled = torch.is_autocast_enabled(device);
            active = wasEnabled || precision != FP32;
            wasDtype = active ? torch.get_autocast_dtype(device) : ScalarType.Float;
            if (active) {
                if (precision != FP32) { // there is no autocast to float32 on the CPU
                    torch.set_autocast_dtype(device, precision.dtype());
                }
                torch.set_autocast_enabled(device, precision != FP32);
            }
        }

        @Override
        public void close() {
            if (active) {
                torch.set_autocast_enabled(device, wasEnabled);
                torch.set_autocast_dtype(device, wasDtype);
                if (!wasEnabled) {
                    torch.clear_cache(); // else the next forward pass would use the old weights
                }
            }
        }
    }
}
