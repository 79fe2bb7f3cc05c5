package io.transformer4j.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.corpus.JavadocCorpus.Document;
import io.transformer4j.corpus.JavadocCorpus.SplitStatistics;
import io.transformer4j.corpus.JavadocCorpus.Statistics;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavadocCorpusTest {

    private static final String LIST = """
            /** Copyright of this file is with somebody, and it is licensed under some licence. */
            package a;

            /**
             * A list that is kept in the order of its {@linkplain Comparable elements}.
             * Inserting into it takes logarithmic time.
             */
            class SortedList {
                String s = "/** This is not a comment, but a string in the code. */";

                /**
                 * Returns the number of elements in this list.
                 *
                 * @param x the x
                 * @return This is never a negative number.
                 * @since the first version of all the versions.
                 */
                int size(int x) {}
            }
            """;

    private static final String MAP = """
            package a;
            /** Inserting into it takes logarithmic time. A map is not thread-safe unless it is wrapped. */
            interface Map {}
            """;

    private static final String NOTHING = "package a; class Nothing {} /** ok */";

    @TempDir
    Path folder;

    @Test
    void documentsAreInOrderAndSentencesUnique() throws IOException {
        List<Path> jars = List.of(
                jar("zoo-1.0-sources.jar", Map.of("a/SortedList.java", LIST)),
                jar("map-util-2.1.Final-sources.jar", ordered("b/Nothing.java", NOTHING, "a/Map.java", MAP)));
        List<Document> documents = new ArrayList<>();

        JavadocCorpus.of(jars).forEach(documents::add, ProgressListener.NONE);

        assertThat(documents)
                .containsExactly(
                        new Document(
                                "map-util",
                                "a/Map",
                                List.of(
                                        "Inserting into it takes logarithmic time.",
                                        "A map is not thread-safe unless it is wrapped.")),
                        new Document(
                                "zoo",
                                "a/SortedList",
                                List.of(
                                        "A list that is kept in the order of its elements.",
                                        "Returns the number of elements in this list.",
                                        "This is never a negative number.")));
    }

    @Test
    void theFileHasAnEmptyLineBetweenDocumentsAndIsTheSameEachTime() throws IOException {
        Path map = jar("map-1-sources.jar", Map.of("a/Map.java", MAP));
        Path zoo = jar("zoo-1-sources.jar", Map.of("a/SortedList.java", LIST));
        Path file = folder.resolve("out/corpus.txt");
        List<Long> progress = new ArrayList<>();

        Statistics statistics =
                JavadocCorpus.of(List.of(zoo, map)).write(file, (done, total, message) -> progress.add(total - done));

        String text = Files.readString(file);
        assertThat(text).contains("unless it is wrapped.\n\nA list that").endsWith("number.\n");
        assertThat(statistics).isEqualTo(new Statistics(2, 5, text.getBytes(StandardCharsets.UTF_8).length));
        assertThat(progress).hasSize(3).last().isEqualTo(0L);
        JavadocCorpus.of(List.of(map, zoo)).write(folder.resolve("again.txt"), ProgressListener.NONE);
        assertThat(folder.resolve("again.txt")).hasSameTextualContentAs(file);
    }

    @Test
    void heldOutDocumentsAreDisjointFromTraining() throws IOException {
        Map<String, String> classes = new LinkedHashMap<>();
        IntStream.range(0, 200)
                .forEach(i -> classes.put("p/C" + i + ".java", MAP.replace("map", "map called " + word(i))));
        Path jar = jar("many-1-sources.jar", classes);
        Path train = folder.resolve("train.txt");
        Path heldOut = folder.resolve("held-out.txt");

        SplitStatistics split =
                JavadocCorpus.of(List.of(jar)).write(train, heldOut, JavadocCorpus.oneIn(10), ProgressListener.NONE);

        assertThat(split.train().documents() + split.heldOut().documents()).isEqualTo(200);
        assertThat(split.heldOut().documents()).isBetween(8L, 36L);
        List<String> held = Files.readAllLines(heldOut).stream()
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(held)
                .hasSize((int) split.heldOut().sentences())
                .doesNotContainAnyElementsOf(Files.readAllLines(train).stream()
                        .filter(line -> !line.isEmpty())
                        .toList());
        assertThatThrownBy(() -> JavadocCorpus.oneIn(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWrongJarIsNamedAndNoFileIsLeftBehind() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken-1-sources.jar"), "not a zip file at all");
        Path file = folder.resolve("corpus.txt");

        assertThatThrownBy(() -> JavadocCorpus.of(List.of(broken)).write(file, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + " is not a jar: ");
        assertThat(file).doesNotExist();
        assertThatThrownBy(() -> JavadocCorpus.of(List.of())).hasMessageContaining("at least one -sources jar");
    }

    private static String word(int i) {
        return "" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
    }

    private static Map<String, String> ordered(String first, String one, String second, String two) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put(first, one);
        map.put(second, two);
        return map;
    }

    private Path jar(String name, Map<String, String> entries) throws IOException {
        Path jar = folder.resolve(name);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return jar;
    }
}
