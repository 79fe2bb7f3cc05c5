package io.transformer4j.cli;

import io.transformer4j.corpus.JavadocCorpus;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
            JavadocCorpus.of(SourceJarFiles.forProse(folder.resolve("jars")))
                    .write(corpus.train, corpus.heldOut, JavadocCorpus.oneIn(HOLD_OUT_ONE_IN), progress);
        }
        return corpus;
    }
}
