package io.transformer4j.tokenizers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The optional folder {@code shared} beside the project, with reference data; tests that need it are skipped without it. */
public final class SharedFolder {

    private SharedFolder() {}

    /** A path within the folder; skips the running test if it isn't there. */
    public static Path resolve(String relative) {
        String given = System.getProperty("T4J_SHARED", System.getenv("T4J_SHARED"));
        Path root = given != null ? Path.of(given) : search();
        Path path = root == null ? null : root.resolve(relative);
        assumeTrue(
                path != null && Files.exists(path),
                () -> "skipped: no reference data " + relative
                        + "; set T4J_SHARED or put a folder 'shared' beside the project");
        return path;
    }

    private static Path search() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("shared").resolve("oracles"))) {
                return at.resolve("shared");
            }
        }
        return null;
    }
}
