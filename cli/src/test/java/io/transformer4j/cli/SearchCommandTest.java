package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.bert.BertModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a folder of texts to passages, with a real (random) model. */
class SearchCommandTest {
    private static final String LONG_LINE = "the river was green and the water was cold and the cat sat on the mat";

    @TempDir
    private static Path folder;

    private static Path docs;

    @BeforeAll
    static void makeModels() throws IOException {
        docs = Files.createDirectory(folder.resolve("docs"));
        Files.writeString(docs.resolve("a.txt"), "the cat sat on the mat\n\nhe went to the bank\n");
        Files.writeString(docs.resolve("b.txt"), LONG_LINE + "\n");
        for (int seed = 1; seed <= 2; seed++) {
            Path model = folder.resolve("model-" + seed);
            TinyBert.make(
                    model, config -> new BertModel(config), 12, seed, docs.resolve("a.txt"), docs.resolve("b.txt"));
        }
    }

    private static CommandLineRun index(Path place, int model) {
        return t4j(
                "search",
                "index",
                "--model",
                folder.resolve("model-" + model).toString(),
                "--index",
                place.toString(),
                docs.toString());
    }

    @Test
    void findsThePassageItselfAndDividesLongOnes() {
        Path place = folder.resolve("index");
        CommandLineRun first = index(place, 1);
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.out()).startsWith("2 files new, 0 changed, 0 gone, 0 as before; ");
        assertThat(index(place, 1).out())
                .startsWith("0 files new, 0 changed, 0 gone, 2 as before; 0 passages embedded, ");
        CommandLineRun found =
                t4j("search", "query", "--index", place.toString(), "--top-k", "2", "he went to the bank");
        assertThat(found.exitCode()).as(found.err()).isZero();
        assertThat(found.out().lines()).hasSize(2);
        assertThat(found.out()).startsWith("1.0000  ").contains("a.txt:3:1  he went to the bank");
        CommandLineRun all =
                t4j("search", "query", "--index", place.toString(), "--format", "jsonl", "--top-k", "20", "the cat");
        assertThat(all.out().lines()).anyMatch(line -> line.contains("b.txt") && !line.contains("\"column\":1,"));
        assertThat(all.out()).doesNotContain(LONG_LINE);
    }

    @Test
    void anotherModelIsRefused() {
        Path place = folder.resolve("owned");
        assertThat(index(place, 1).exitCode()).isZero();
        CommandLineRun other = t4j(
                "search",
                "query",
                "--index",
                place.toString(),
                "--model",
                folder.resolve("model-2").toString(),
                "cat");
        assertThat(other.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(other.err())
                .contains("owned was made with another model (" + folder.resolve("model-1"), "make a new index");
        assertThat(index(place, 2).exitCode()).isEqualTo(T4j.FAILURE);
    }

    /** By its content: a copy is the same model. */
    @Test
    void theModelMayBeElsewhere() throws IOException {
        Path place = folder.resolve("moved");
        assertThat(index(place, 1).exitCode()).isZero();
        Path copy = Files.createDirectory(folder.resolve("copy"));
        try (Stream<Path> files = Files.list(folder.resolve("model-1"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        CommandLineRun found = t4j("search", "query", "--index", place.toString(), "--model", copy.toString(), "cat");
        assertThat(found.exitCode()).as(found.err()).isZero();
    }

    @Test
    void aMissingIndexIsNamed() {
        CommandLineRun run =
                t4j("search", "query", "--index", folder.resolve("none").toString(), "cat");
        assertThat(run.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(run.err()).contains("none is not an index: make one first");
    }
}
