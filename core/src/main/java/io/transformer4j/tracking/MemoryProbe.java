package io.transformer4j.tracking;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Memory of this process, native and Java: native memory is what a JVM program on libtorch leaks if it leaks, and the heap doesn't
 * show it.
 */
public final class MemoryProbe {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int PS_TIMEOUT_SECONDS = 5;

    /**
     * Memory at one moment.
     *
     * @param elapsedSeconds since the probe was made
     * @param step whatever the caller counts, e.g. training steps
     * @param residentBytes resident set size of the whole process, or −1 where the system doesn't tell
     * @param heapBytes used Java heap, garbage included
     */
    public record Sample(double elapsedSeconds, long step, long residentBytes, long heapBytes) {}

    private final long startNanos = System.nanoTime();

    /** Measures now; some tens of microseconds on Linux. */
    public Sample sample(long step) {
        return new Sample(
                (System.nanoTime() - startNanos) / 1e9, step, residentBytes().orElse(-1), heapBytes());
    }

    /**
     * Resident set size of this process: physical memory it occupies, Java heap, native tensors and code together.
     *
     * @return bytes; empty if neither {@code /proc} nor a {@code ps} command tells
     */
    public static OptionalLong residentBytes() {
        return Files.isReadable(STATUS) ? fromStatus("VmRSS:") : fromPs();
    }

    /** The largest resident set size so far, or empty where the system doesn't keep it (only Linux does). */
    public static OptionalLong peakResidentBytes() {
        return Files.isReadable(STATUS) ? fromStatus("VmHWM:") : OptionalLong.empty();
    }

    /** Used Java heap in bytes, including garbage that wasn't collected yet. */
    public static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Physical memory of the machine (of the container, if there is one) in bytes. */
    public static OptionalLong physicalMemoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? OptionalLong.of(system.getTotalMemorySize())
                : OptionalLong.empty();
    }

    /** A line such as {@code VmRSS:     123456 kB}. */
    private static OptionalLong fromStatus(String key) {
        try (Stream<String> lines = Files.lines(STATUS, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith(key))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }

    /** macOS and BSD have no {@code /proc}; on Windows there is no {@code ps} either. */
    private static OptionalLong fromPs() {
        try {
            Process ps = new ProcessBuilder(
                            "ps",
                            "-o",
                            "rss=",
                            "-p",
                            Long.toString(ProcessHandle.current().pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                String kibibytes = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                return ps.waitFor(PS_TIMEOUT_SECONDS, TimeUnit.SECONDS) && kibibytes.matches("[0-9]+")
                        ? OptionalLong.of(1024 * Long.parseLong(kibibytes))
                        : OptionalLong.empty();
            } finally {
                ps.destroy();
            }
        } catch (IOException e) { // no such command
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }
}
