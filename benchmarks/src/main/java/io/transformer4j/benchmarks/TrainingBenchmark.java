package io.transformer4j.benchmarks;

import io.transformer4j.torch.ComputePool;
import java.util.Locale;

public final class TrainingBenchmark {
    public static void main(String[] a) throws Exception {
        int[] lengths = new int[0];
        if (a.length > 2) {
            lengths = java.util.Arrays.stream(java.nio.file.Files.readString(java.nio.file.Path.of(a[2]))
                            .replaceAll("[^0-9,]", "")
                            .split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        }
        try (ComputePool pool = new ComputePool(0)) {
            com.sun.management.OperatingSystemMXBean os = (com.sun.management.OperatingSystemMXBean)
                    java.lang.management.ManagementFactory.getOperatingSystemMXBean();
            for (String name : a[0].split(",")) {
                long c = os.getProcessCpuTime();
                long t = System.nanoTime();
                double rate = TrainingWorkload.valueOf(name).measure(pool, Integer.parseInt(a[1]), lengths);
                System.out.printf(
                        Locale.ROOT,
                        "%s %.0f tokens/s; cpu/wall %.2f%n",
                        name,
                        rate,
                        (os.getProcessCpuTime() - c) / (double) (System.nanoTime() - t));
            }
        }
    }
}
