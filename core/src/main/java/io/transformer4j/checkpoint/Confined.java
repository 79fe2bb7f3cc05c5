package io.transformer4j.checkpoint;

import io.transformer4j.files.ConfinedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** File names that stand inside a file: whoever wrote it must not choose what is read elsewhere on this machine. */
final class Confined {
    private Confined() {}

    /**
     * Checks that {@code name} leads down from its folder: not absolute, no {@code ..}, no {@code .}, no empty part.
     *
     * @param source the file in which the name stands
     */
    static void checkRelative(Path source, String name) {
        if (!ConfinedName.leadsDown(name)) {
            throw new CheckpointException(
                    source, "names the file " + Quoted.text(name) + ", but only files inside its folder are allowed");
        }
    }

    /**
     * Resolves {@code name} against the folder of {@code source}; links may not lead out of that folder. The cache of the
     * Hugging Face hub is the exception: there, every file of {@code snapshots/REVISION} is a link into {@code blobs} of the
     * same repository.
     */
    static Path resolve(Path source, String name) {
        checkRelative(source, name);
        Path folder = source.toAbsolutePath().normalize().getParent();
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new CheckpointException(source, "names the file " + Quoted.text(name) + ", which does not exist");
        }
        try {
            Path real = file.toRealPath();
            if (real.startsWith(folder.toRealPath()) || real.startsWith(hubBlobs(folder))) {
                return file;
            }
        } catch (IOException e) {
            throw new CheckpointException(file, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
        throw new CheckpointException(
                source, "names the file " + Quoted.text(name) + ", which is a link that leads out of its folder");
    }

    /** The {@code blobs} beside {@code snapshots}, or {@code folder} itself if it isn't in a hub cache. */
    private static Path hubBlobs(Path folder) throws IOException {
        Path snapshots = folder.toRealPath().getParent();
        if (snapshots != null && snapshots.endsWith("snapshots")) {
            Path blobs = snapshots.resolveSibling("blobs");
            if (Files.isDirectory(blobs)) {
                return blobs.toRealPath();
            }
        }
        return folder.toRealPath();
    }
}
