package io.transformer4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The {@code checkpoint-STEP} folders of one training run, as Hugging Face's trainer names them. Saving is atomic, resuming
 * takes the newest folder that is complete. One process at a time may use a run's folder; not thread-safe.
 */
public final class CheckpointStore {
    // Eighteen digits always fit a long.
    private static final Pattern NAME = Pattern.compile("checkpoint-(0|[1-9][0-9]{0,17})");

    private final Path runFolder;

    /** Checkpoints below {@code runFolder}, which need not exist yet. */
    public CheckpointStore(Path runFolder) {
        this.runFolder = runFolder;
    }

    /**
     * A saved state.
     *
     * @param step number of optimizer updates done when it was saved
     */
    public record Checkpoint(Path folder, long step) {}

    /**
     * A checkpoint that can't be resumed from.
     *
     * @param reason in words that can follow the folder's name and a colon
     */
    public record Skipped(Checkpoint checkpoint, String reason) {}

    /**
     * Where to resume.
     *
     * @param newest the newest complete checkpoint, if there is any
     * @param skipped what is newer but incomplete, newest first
     */
    public record Resume(Optional<Checkpoint> newest, List<Skipped> skipped) {}

    /**
     * Saves the checkpoint of {@code step}, replacing an earlier one of that step.
     *
     * @throws CheckpointException if it couldn't be written; an earlier one is unchanged
     */
    public Checkpoint save(long step, AtomicFiles.FolderWriter writer) {
        if (step < 0) {
            throw new IllegalArgumentException("step must not be negative, but is " + step);
        }
        Path folder = runFolder.resolve("checkpoint-" + step);
        AtomicFiles.writeFolder(folder, writer);
        return new Checkpoint(folder, step);
    }

    /** Whether a folder is named as a checkpoint is. */
    public static boolean isCheckpoint(Path folder) {
        return NAME.matcher(folder.getFileName().toString()).matches();
    }

    /** All checkpoints by rising step, complete or not; empty if the run's folder doesn't exist. */
    public List<Checkpoint> list() {
        if (!Files.isDirectory(runFolder)) {
            return List.of();
        }
        List<Checkpoint> checkpoints = new ArrayList<>();
        try (Stream<Path> children = Files.list(runFolder)) {
            for (Path child : children.filter(Files::isDirectory).toList()) {
                Matcher name = NAME.matcher(child.getFileName().toString());
                if (name.matches()) {
                    checkpoints.add(new Checkpoint(child, Long.parseLong(name.group(1))));
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(runFolder, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
        checkpoints.sort(Comparator.comparingLong(Checkpoint::step));
        return List.copyOf(checkpoints);
    }

    /** Finds the newest complete checkpoint, reading its files once to compare their hashes. */
    public Resume newestComplete() {
        List<Skipped> skipped = new ArrayList<>();
        List<Checkpoint> checkpoints = list();
        for (int i = checkpoints.size() - 1; i >= 0; i--) {
            Checkpoint checkpoint = checkpoints.get(i);
            Manifest.State state = Manifest.verify(checkpoint.folder());
            if (state instanceof Manifest.Incomplete incomplete) {
                skipped.add(new Skipped(checkpoint, incomplete.reason()));
            } else {
                return new Resume(Optional.of(checkpoint), List.copyOf(skipped));
            }
        }
        return new Resume(Optional.empty(), List.copyOf(skipped));
    }

    /**
     * Deletes all checkpoints but the newest {@code keepLatest} and the one of {@code bestStep}. Incomplete ones (by their
     * files' sizes) neither count nor are deleted, so that a damaged run loses nothing by going on.
     *
     * @return what was deleted, by rising step
     */
    public List<Checkpoint> prune(int keepLatest, OptionalLong bestStep) {
        if (keepLatest < 1) {
            throw new IllegalArgumentException("keepLatest must be at least 1, but is " + keepLatest);
        }
        List<Checkpoint> complete = list().stream()
                .filter(c -> Manifest.verifySizes(c.folder()) instanceof Manifest.Complete)
                .toList();
        List<Checkpoint> deleted = complete.stream()
                .limit(Math.max(0, complete.size() - keepLatest))
                .filter(c -> bestStep.isEmpty() || bestStep.getAsLong() != c.step())
                .toList();
        deleted.forEach(c -> AtomicFiles.deleteFolder(c.folder()));
        return deleted;
    }

    /** Tidies up after a run that was killed while saving: see {@link AtomicFiles#recover}. */
    public List<Path> recover() {
        return Files.isDirectory(runFolder) ? AtomicFiles.recover(runFolder) : List.of();
    }
}
