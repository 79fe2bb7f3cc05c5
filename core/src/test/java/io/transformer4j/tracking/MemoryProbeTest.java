package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemoryProbeTest {

    private static final int SIZE = 256 << 20;

    @Test
    void nativeMemoryShowsInTheResidentSetAndNotInTheHeap() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "no /proc here");
        MemoryProbe probe = new MemoryProbe();
        MemoryProbe.Sample before = probe.sample(1);

        ByteBuffer block = ByteBuffer.allocateDirect(SIZE);
        for (int page = 0; page < SIZE; page += 4096) {
            block.put(page, (byte) 1);
        }
        MemoryProbe.Sample after = probe.sample(2);

        assertThat(after.residentBytes() - before.residentBytes()).isGreaterThan(SIZE * 9L / 10);
        assertThat(after.heapBytes() - before.heapBytes()).isLessThan(SIZE / 2);
        assertThat(after.elapsedSeconds()).isGreaterThan(before.elapsedSeconds());
        assertThat(after.step()).isEqualTo(2);
        assertThat(MemoryProbe.peakResidentBytes().orElseThrow()).isGreaterThanOrEqualTo(after.residentBytes() / 2);
        assertThat(block.get(0)).isEqualTo((byte) 1);
    }

    @Test
    void theMachineHasMoreMemoryThanThisProcess() {
        assertThat(MemoryProbe.physicalMemoryBytes().orElseThrow())
                .isGreaterThan(MemoryProbe.residentBytes().orElseThrow());
    }
}
