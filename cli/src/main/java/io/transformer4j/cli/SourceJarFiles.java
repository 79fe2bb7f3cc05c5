package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The {@code -sources} jars of well-known libraries, to be had wherever this project can be built. */
final class SourceJarFiles {
    private SourceJarFiles() {}

    /** Copies those of some forty libraries, whose Javadoc is good prose, into {@code jars}. */
    static List<Path> forProse(Path jars) throws IOException, InterruptedException {
        return resolve(jars, List.of("dependency:copy@sources"));
    }

    /** Copies those of over two hundred libraries, whose methods have summaries, into {@code jars}. */
    static List<Path> forSummaries(Path jars) throws IOException, InterruptedException {
        return resolve(jars, List.of("dependency:copy@sources", "dependency:copy@more-sources"));
    }

    /** Lets the project's Maven wrapper copy the pinned jars of the demo's POM. */
    private static List<Path> resolve(Path jars, List<String> goals) throws IOException, InterruptedException {
        Files.createDirectories(jars);
        Path log = jars.resolveSibling("maven.log");
        List<String> arguments = new ArrayList<>(List.of(
                "-f", MavenWrapper.home().resolve("cli/src/main/demo/pom.xml").toString()));
        arguments.addAll(goals);
        arguments.add("-Dcorpus.jars=" + jars.toAbsolutePath());
        if (!MavenWrapper.run(log, arguments)) {
            throw new IOException("Maven could not fetch the libraries whose sources are the corpus: see " + log);
        }
        return in(jars);
    }

    /** All jars in a folder. */
    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
