package io.transformer4j.cli;

import io.transformer4j.corpus.JavadocCorpus;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * English prose that is to be had wherever this project can be built: the Javadoc of well-known libraries, from the {@code
 * -sources} jars that Maven resolves. One class in twenty is held out.
 *
 * @param train one sentence a line, a blank line between classes
 * @param heldOut same form; no sentence occurs in both
 */
record DemoCorpus(Path train, Path heldOut) {
    private static final int HOLD_OUT_ONE_IN = 20;

    /** Gathers the corpus into {@code folder}, or takes the one that is there. */
    static DemoCorpus gather(Path folder, ProgressListener progress) throws IOException, InterruptedException {
        DemoCorpus corpus = new DemoCorpus(folder.resolve("train.txt"), folder.resolve("held-out.txt"));
        if (!Files.exists(corpus.train) || !Files.exists(corpus.heldOut)) {
            Path jars = folder.resolve("jars");
            Files.createDirectories(jars);
            resolve(jars);
            JavadocCorpus.of(jarsIn(jars))
                    .write(corpus.train, corpus.heldOut, JavadocCorpus.oneIn(HOLD_OUT_ONE_IN), progress);
        }
        return corpus;
    }

    /** Lets the project's Maven wrapper copy the pinned jars of the demo's POM. */
    private static void resolve(Path jars) throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("t4j.home", ".")).toAbsolutePath();
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> command = List.of(
                home.resolve(windows ? "mvnw.cmd" : "mvnw").toString(),
                "-q",
                "-B",
                "-f",
                home.resolve("cli/src/main/demo/pom.xml").toString(),
                "dependency:copy@sources",
                "-Dcorpus.jars=" + jars.toAbsolutePath());
        Process maven = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(
                        jars.resolveSibling("maven.log").toFile()))
                .start();
        if (maven.waitFor() != 0) {
            throw new IOException("Maven could not fetch the libraries whose documentation is the demo's corpus: see "
                    + jars.resolveSibling("maven.log"));
        }
    }

    private static List<Path> jarsIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
