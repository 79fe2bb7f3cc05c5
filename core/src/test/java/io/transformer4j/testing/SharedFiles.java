package io.transformer4j.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Reference files beside the project; tests that need them are skipped where there are none. */
public final class SharedFiles {
    private SharedFiles() {}

    /** A file or folder below the folder {@code shared}: {@code $T4J_SHARED}, or a sibling of the project's folder. */
    public static Path require(String relative) {
        String configured = System.getenv("T4J_SHARED");
        Path shared = configured == null ? findUpwards() : Path.of(configured);
        Path file = shared.resolve(relative);
        boolean present = Files.exists(file);
        if (!present) {
            System.err.println("skipped: no " + file + " (set T4J_SHARED to the folder with the reference files)");
        }
        Assumptions.assumeTrue(present, "no " + file);
        return file;
    }

    private static Path findUpwards() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolveSibling("shared");
            if (Files.isDirectory(candidate) && !candidate.equals(folder)) {
                return candidate;
            }
        }
        return Path.of("..", "shared");
    }
}
