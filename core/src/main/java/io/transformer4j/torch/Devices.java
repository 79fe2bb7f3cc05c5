package io.transformer4j.torch;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Parses {@code auto | cpu | cuda[:i]}. */
public final class Devices {
    private static final Pattern NAME = Pattern.compile("(auto|cpu|cuda)(?::(\\d{1,3}))?");

    private Devices() {}

    /**
     * The device that {@code name} means; {@code auto} is the first CUDA device if there is one, else the CPU. The
     * result lives until it is garbage collected, whatever scope is open.
     *
     * @throws IllegalArgumentException if the name is none of these, or no such CUDA device exists
     */
    public static Device parse(String name) {
        Matcher matcher = NAME.matcher(name.toLowerCase(Locale.ROOT));
        if (!matcher.matches() || (matcher.group(2) != null && !"cuda".equals(matcher.group(1)))) {
            throw new IllegalArgumentException("device must be auto, cpu or cuda[:i], but is \"" + name + "\"");
        }
        Torch.initialize();
        boolean cuda = torch.cuda_is_available();
        return switch (matcher.group(1)) {
            case "cpu" -> cpu();
            case "auto" -> cuda ? cuda(0) : cpu();
            default -> {
                int index = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
                if (!cuda || index >= torch.cuda_device_count()) {
                    throw new IllegalArgumentException("device " + name
                            + " does not exist: this build of libtorch sees " + (cuda ? torch.cuda_device_count() : 0)
                            + " CUDA devices; use cpu, or the CUDA build (-Pcuda)");
                }
                yield cuda(index);
            }
        };
    }

    /** The CPU. */
    public static Device cpu() {
        Torch.initialize(); // before the first class of JavaCPP, which takes its memory limit from what is set then
        return TensorScope.retain(new Device(DeviceType.CPU));
    }

    private static Device cuda(int index) {
        return TensorScope.retain(new Device(DeviceType.CUDA, (byte) index));
    }
}
