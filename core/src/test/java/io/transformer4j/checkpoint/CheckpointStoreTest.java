package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    @TempDir
    Path temporary;

    @Test
    void aNewRunHasNothingToResumeFrom() {
        CheckpointStore store = new CheckpointStore(temporary.resolve("not/there"));
        assertThat(store.list()).isEmpty();
        assertThat(store.newestComplete()).isEqualTo(new CheckpointStore.Resume(Optional.empty(), List.of()));
        assertThat(store.recover()).isEmpty();
    }

    @Test
    void ordersByStepAsNumberAndIgnoresOtherNames() throws IOException {
        CheckpointStore store = storeWith(1000, 900, 0);
        Files.createDirectory(temporary.resolve("checkpoint-best"));
        Files.createDirectory(temporary.resolve("checkpoint-0900"));
        Files.createDirectory(temporary.resolve("checkpoint-99999999999999999999"));
        Files.writeString(temporary.resolve("checkpoint-5"), "a file");
        assertThat(steps(store.list())).containsExactly(0L, 900L, 1000L);
    }

    @Test
    void resumesFromTheNewestCompleteOneAndSaysWhatItSkipped() throws IOException {
        CheckpointStore store = storeWith(10, 20, 30, 40);
        Files.delete(temporary.resolve("checkpoint-40/manifest.json"));
        Files.writeString(temporary.resolve("checkpoint-30/weights"), "damage");
        CheckpointStore.Resume resume = store.newestComplete();
        assertThat(resume.newest().orElseThrow().step()).isEqualTo(20);
        assertThat(resume.skipped())
                .extracting(CheckpointStore.Skipped::reason)
                .containsExactly(
                        "it has no manifest.json, which is written last",
                        "weights has changed: its SHA-256 is not the manifest's");
    }

    @Test
    void keepsTheLatestAndTheBest() {
        CheckpointStore store = storeWith(10, 20, 30, 40, 50);
        assertThat(steps(store.prune(2, OptionalLong.of(20)))).containsExactly(10L, 30L);
        assertThat(steps(store.list())).containsExactly(20L, 40L, 50L);
        assertThat(store.prune(2, OptionalLong.of(20))).isEmpty();
        assertThat(steps(store.prune(1, OptionalLong.empty()))).containsExactly(20L, 40L);
    }

    @Test
    void anIncompleteOneDoesNotPushOutAGoodOne() throws IOException {
        CheckpointStore store = storeWith(10, 20, 30);
        Files.delete(temporary.resolve("checkpoint-30/weights"));
        assertThat(steps(store.prune(1, OptionalLong.empty()))).containsExactly(10L);
        assertThat(steps(store.list())).containsExactly(20L, 30L);
    }

    @Test
    void refusesToKeepNothing() {
        assertThatThrownBy(() -> storeWith(1).prune(0, OptionalLong.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("keepLatest must be at least 1, but is 0");
    }

    private CheckpointStore storeWith(long... steps) {
        CheckpointStore store = new CheckpointStore(temporary);
        for (long step : steps) {
            store.save(step, inside -> Files.writeString(inside.resolve("weights"), "step" + step % 10 + "."));
        }
        return store;
    }

    private static List<Long> steps(List<CheckpointStore.Checkpoint> checkpoints) {
        return checkpoints.stream().map(CheckpointStore.Checkpoint::step).toList();
    }
}
