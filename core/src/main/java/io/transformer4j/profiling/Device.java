package io.transformer4j.profiling;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A device on paper.
 *
 * @param flopsPerSecond peak of dense matrix products
 * @param bytesPerSecond peak memory bandwidth
 * @param memoryBytes its memory
 * @param bytesPerNumber of weights and cache at the precision of that peak
 * @param source where the figures stand
 */
public record Device(
        String id,
        double flopsPerSecond,
        double bytesPerSecond,
        double memoryBytes,
        int bytesPerNumber,
        String source) {

    private static final int HALF = 2;
    private static final double GIGA = 1e9;

    private static final List<Device> KNOWN = List.of(
            new Device("h100", 989.4e12, 3350 * GIGA, 80 * GIGA, HALF, "NVIDIA H100 SXM5 data sheet: BF16 dense, HBM3"),
            new Device(
                    "h100-pcie",
                    756e12,
                    2000 * GIGA,
                    80 * GIGA,
                    HALF,
                    "NVIDIA H100 PCIe data sheet: BF16 dense, HBM2e"),
            new Device(
                    "a100", 312e12, 2039 * GIGA, 80 * GIGA, HALF, "NVIDIA A100 80GB SXM data sheet: BF16 dense, HBM2e"),
            new Device(
                    "epyc-9654",
                    96 * 2.4e9 * 32,
                    460.8 * GIGA,
                    384 * GIGA,
                    Float.BYTES,
                    "AMD EPYC 9654 product page: 96 cores, base 2.4 GHz, 12 channels of DDR5-4800; 32 float32 operations a cycle and"
                            + " core (two 256-bit FMA, Zen 4); 12 modules of 32 GB assumed"));

    /** Checks that all figures are positive. */
    public Device {
        if (!(flopsPerSecond > 0 && bytesPerSecond > 0 && memoryBytes > 0) || bytesPerNumber < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: peak (%s FLOP/s), bandwidth (%s B/s) and memory (%s B) must be positive",
                    id,
                    flopsPerSecond,
                    bytesPerSecond,
                    memoryBytes));
        }
    }

    /**
     * The device called {@code id}.
     *
     * @throws IllegalArgumentException if it isn't known
     */
    public static Device of(String id) {
        return KNOWN.stream()
                .filter(device -> device.id.equals(id.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown device '" + id + "': known are " + ids()));
    }

    /** All names. */
    public static String ids() {
        return KNOWN.stream().map(Device::id).collect(Collectors.joining(", "));
    }

    /** This machine in float32: as many workers as were measured at the rates of one. */
    public static Device measured(MachinePeak peak, int workers, double memoryBytes) {
        return new Device(
                "here",
                workers * peak.flopsPerSecond(),
                workers * peak.copyBytesPerSecond(),
                memoryBytes,
                Float.BYTES,
                "measured on the spot: sgemm and copying on " + workers + " workers");
    }
}
