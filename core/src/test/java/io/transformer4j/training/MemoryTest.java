package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.tracking.MemoryProbe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory over thousands of steps, in a process whose Java heap can't grow. */
class MemoryTest {
    private static final long BOUND = 4 << 20;

    @TempDir
    private Path folder;

    @BeforeEach
    void needsAProbe() {
        Assumptions.assumeTrue(MemoryProbe.residentBytes().isPresent(), "the system doesn't tell resident memory");
    }

    /** From step 4,000 to step 9,000, by medians of 2,000 steps each. */
    @Test
    void tenThousandStepsLeaveMemoryFlat() throws Exception {
        assertThat(growth(10_000, 0)).isLessThan(BOUND);
    }

    /** So the measurement above can fail: one tensor of 16 KiB kept in each step. */
    @Test
    void aLeakIsSeen() throws Exception {
        assertThat(growth(2_000, 16 << 10)).isGreaterThan(2 * BOUND);
    }

    private long growth(long steps, long leakedBytes) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        MemoryRun.class.getName(),
                        TinyModels.GPT2.name(),
                        Long.toString(steps),
                        Long.toString(leakedBytes),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            List<String> output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(process.waitFor()).isZero();
            return Long.parseLong(output.get(output.size() - 1));
        } finally {
            process.destroyForcibly();
        }
    }
}
