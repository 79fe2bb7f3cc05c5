package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The project's own Maven, which fetches files that are on Maven Central. */
final class MavenWrapper {
    private MavenWrapper() {}

    /** The project's folder, as the launcher says. */
    static Path home() {
        return Path.of(System.getProperty("t4j.home", ".")).toAbsolutePath();
    }

    /**
     * Runs Maven quietly in the project's folder.
     *
     * @param log where its output goes
     * @param arguments goals and properties
     * @return whether it succeeded
     */
    static boolean run(Path log, List<String> arguments) throws IOException, InterruptedException {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> command = new ArrayList<>(
                List.of(home().resolve(windows ? "mvnw.cmd" : "mvnw").toString(), "-q", "-B"));
        command.addAll(arguments);
        Process maven = new ProcessBuilder(command)
                .directory(home().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
                .start();
        return maven.waitFor() == 0;
    }
}
