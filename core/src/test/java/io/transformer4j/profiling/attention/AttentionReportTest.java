package io.transformer4j.profiling.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.attention.AttentionOptions;
import io.transformer4j.attention.AttentionType;
import io.transformer4j.torch.ComputePool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttentionReportTest {
    private static final AttentionOptions SMALL = AttentionOptions.DEFAULTS.with(
            o -> o.window(16).blockSize(8).projectionSize(8).numFeatures(8));

    private static Measurement measurement(AttentionType kernel, int length, double seconds, long bytes) {
        return new Measurement(
                new Workload(kernel, length, 8, 64, false, true), seconds, seconds, OptionalLong.of(bytes), 3);
    }

    /** Costs of known growth; the first length, below which nothing is fitted, is far off. */
    private static AttentionReport report() {
        List<Measurement> measurements = new ArrayList<>();
        for (int length : new int[] {512, 2048, 4096, 8192}) {
            double n = length == 512 ? 4096 : length;
            measurements.add(measurement(AttentionType.FLASH, length, 1e-7 * n * n, 100L * length));
            measurements.add(measurement(AttentionType.PERFORMER, length, 3e-4 * n, 1000L * length));
        }
        return new AttentionReport(measurements);
    }

    @Test
    void exponentsAreThoseOfTheCosts() {
        List<AttentionReport.Growth> growth = report().growth();

        assertThat(growth).hasSize(2);
        assertThat(growth.get(0).workload().kernel()).isEqualTo(AttentionType.FLASH);
        assertThat(growth.get(0).time().orElseThrow()).isCloseTo(2, within(1e-9));
        assertThat(growth.get(0).memory().orElseThrow()).isCloseTo(1, within(1e-9));
        assertThat(growth.get(1).time().orElseThrow()).isCloseTo(1, within(1e-9));
    }

    @Test
    void anApproximationIsTakenWhereItIsMuchFaster() {
        List<AttentionReport.Recommendation> recommendations = report().recommendations();

        assertThat(recommendations)
                .extracting(one -> one.chosen().workload().length())
                .containsExactly(512, 2048, 4096, 8192);
        assertThat(recommendations.stream().skip(1))
                .extracting(one -> one.chosen().workload().kernel())
                .containsExactly(AttentionType.FLASH, AttentionType.FLASH, AttentionType.PERFORMER);
        assertThat(recommendations.get(2).fastest().workload().kernel()).isEqualTo(AttentionType.PERFORMER);
    }

    @Test
    void everyKernelIsMeasured(@TempDir Path folder) throws IOException {
        AttentionSweep sweep = new AttentionSweep(
                Arrays.asList(AttentionType.values()),
                List.of(64, 32),
                2,
                List.of(8),
                List.of(false, true),
                List.of(false, true),
                1L << 30,
                60);
        List<Measurement> seen = new ArrayList<>();
        try (ComputePool pool = new ComputePool(2)) {
            List<Measurement> all = sweep.run(new AttentionBenchmark(pool, SMALL, 1), seen::add);
            assertThat(all)
                    .isEqualTo(seen)
                    .hasSize(2 * 2 * (6 + 4)); // lengths, passes, kernels with and without causal
            assertThat(all).allSatisfy(one -> assertThat(one.seconds()).isPositive());
            new AttentionReport(all).write(folder);
        }
        assertThat(Files.readAllLines(folder.resolve("attention.csv"))).hasSize(41);
        assertThat(folder.resolve("time-forward-causal-d8.png")).isNotEmptyFile();
    }

    @Test
    void lengthsBeyondALimitAreLeftOut() {
        AttentionSweep sweep = new AttentionSweep(
                List.of(AttentionType.FULL),
                List.of(16, 32, 1 << 20),
                2,
                List.of(8),
                List.of(false),
                List.of(true),
                1L << 30,
                1);
        try (ComputePool pool = new ComputePool(1)) {
            assertThat(sweep.run(new AttentionBenchmark(pool, SMALL, 1), one -> {}))
                    .extracting(one -> one.workload().length())
                    .containsExactly(16, 32);
        }
    }
}
