package io.transformer4j.checkpoint;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The optional folder {@code shared} beside the project, or wherever T4J_SHARED says (property or environment variable). */
final class SharedFiles {
    private SharedFiles() {}

    /** Skips the calling test if there is no such folder. */
    static Path require(String subfolder) {
        Path shared = locate();
        assumeTrue(
                Files.isDirectory(shared.resolve(subfolder)),
                () -> "skipped: there is no folder " + shared.resolve(subfolder));
        return shared.resolve(subfolder);
    }

    private static Path locate() {
        String given = System.getProperty("T4J_SHARED", System.getenv("T4J_SHARED"));
        if (given != null) {
            return Path.of(given);
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("shared"))) {
                return folder.resolve("shared");
            }
        }
        return here.resolveSibling("shared");
    }
}
