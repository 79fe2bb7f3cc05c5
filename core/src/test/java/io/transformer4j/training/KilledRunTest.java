package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.Manifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are killed in the middle of a run. */
class KilledRunTest {
    private static final long SEED = 20;
    private static final int MAX_DELAY_MICROS = 20_000;
    private static final int KILLED = 128 + 9;

    @TempDir
    private Path folder;

    /** {@code kill -9} at three random moments, and once in the middle of writing a checkpoint. */
    @ParameterizedTest
    @EnumSource
    void endsAsIfItHadNeverBeenKilled(TinyModels kind) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        Path expected = folder.resolve("expected");
        Journal uninterrupted = new Journal();
        TinyRun.train(kind, ResumableRun.arguments(), expected, uninterrupted);

        Path killed = folder.resolve("killed");
        Path journalFile = folder.resolve("journal");
        kill(kind, killed, journalFile, "", "step " + random.nextInt(1, 9), random);
        kill(kind, killed, journalFile, "save 14", ResumableRun.HOLDING, random);
        try (Stream<Path> files = Files.list(killed)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("checkpoint-12")
                    .doesNotContain("checkpoint-14");
        }
        kill(kind, killed, journalFile, "", "step " + random.nextInt(15, 20), random);
        kill(kind, killed, journalFile, "", "step " + random.nextInt(20, 25), random);
        Journal journal = new Journal();
        journal.addAll(journalFile);
        TinyRun.train(kind, ResumableRun.arguments(), killed, journal);

        TinyRun.assertSameEnd(expected, killed, 30);
        assertThat(journal.entries()).isEqualTo(uninterrupted.entries());
    }

    private static void kill(
            TinyModels kind, Path folder, Path journal, String holdAt, String event, SplittableRandom random)
            throws IOException, InterruptedException {
        Process process = ResumableRun.process(kind, folder, journal, holdAt).start();
        try {
            awaitLine(process, event);
            long delay = random.nextLong(MAX_DELAY_MICROS);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(delay)); // anywhere in the next few steps
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(process.exitValue()).as("killed after " + event).isEqualTo(KILLED);
    }

    private static void awaitLine(Process process, String wanted) throws IOException {
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        while (line != null && !line.equals(wanted)) {
            line = output.readLine();
        }
        assertThat(line).as("printed by the process").isEqualTo(wanted);
    }

    /** While the step is inside a native product, the hook saves the step before it and ends the process. */
    @Test
    void sigtermInMidStepSavesAndExits() throws Exception {
        Path run = folder.resolve("run");
        whileHolding(run, "train 8", process -> {
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            assertThat(process.exitValue()).isEqualTo(ResumableRun.INTERRUPTED);
        });
        assertThat(Manifest.verify(run.resolve("checkpoint-3"))).isInstanceOf(Manifest.Complete.class);
    }

    /** Two processes that save to one folder would delete and resume from each other's checkpoints. */
    @Test
    void aSecondTrainingIsKeptOut() throws Exception {
        Path run = folder.resolve("run");
        whileHolding(run, "save 14", process -> assertKeptOut(run));
        try (RunFolderLock lock = RunFolderLock.acquire(run)) { // as a killed process leaves nothing behind
            assertKeptOut(run);
            assertKeptOut(run); // still: failing to lock must not unlock
        }
        TinyRun.train(TinyModels.GPT2, ResumableRun.arguments(), run, new Journal());
    }

    /** Does something while a process that trains holds at an event; kills it afterwards. */
    private void whileHolding(Path run, String event, ThrowingConsumer<Process> action) throws Exception {
        Process process = ResumableRun.process(TinyModels.GPT2, run, folder.resolve("journal"), event)
                .start();
        try {
            awaitLine(process, ResumableRun.HOLDING);
            action.accept(process);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void assertKeptOut(Path run) {
        assertThatThrownBy(() -> TinyRun.train(TinyModels.GPT2, ResumableRun.arguments(), run, new Journal()))
                .isInstanceOf(TrainingException.class)
                .hasMessage("another training is writing to " + run
                        + ": wait for its end, or choose another output folder");
    }
}
