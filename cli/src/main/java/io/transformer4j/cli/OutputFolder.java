package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a command writes its results. */
final class OutputFolder {
    private OutputFolder() {}

    /**
     * Finds out before the work whether its results can be written, without making the folder yet.
     *
     * @return {@code folder}
     * @throws IOException if something else has its name or that of a parent, or its nearest existing parent can't be written to
     */
    static Path check(Path folder) throws IOException {
        for (@Nullable Path path = folder.toAbsolutePath(); path != null; path = path.getParent()) {
            if (Files.isDirectory(path)) {
                if (!Files.isWritable(path)) {
                    throw new AccessDeniedException(path.toString());
                }
                break;
            }
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new NotDirectoryException(path.toString());
            }
        }
        return folder;
    }
}
