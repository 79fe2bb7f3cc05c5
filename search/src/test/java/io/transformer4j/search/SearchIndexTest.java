package io.transformer4j.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.data.DataException;
import io.transformer4j.pipelines.NearestNeighbours;
import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchIndexTest {
    private final LetterEmbedder embedder = new LetterEmbedder("letters");

    @TempDir
    private Path folder;

    private Path docs;
    private Path place;

    @BeforeEach
    void makeFolders() throws IOException {
        docs = Files.createDirectories(folder.resolve("docs/deep")).getParent();
        place = folder.resolve("index");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(docs.resolve(name), content);
    }

    private IndexUpdate update(PassageOptions options, Path... paths) {
        try (SearchIndex index = SearchIndex.open(place, embedder)) {
            return index.update(List.of(paths), options, "some-model", ProgressListener.NONE);
        }
    }

    private IndexUpdate update(Path... paths) {
        return update(PassageOptions.DEFAULT, paths);
    }

    private List<SearchHit> search(String query, int count) {
        try (SearchIndex index = SearchIndex.open(place, embedder)) {
            return index.search(query, count);
        }
    }

    @Test
    void findsTheNearestWithFileAndLine() throws IOException {
        Path file = write("deep/a.txt", "aabb\n\nccdd\n");
        write("b.md", "eeff");
        assertThat(update(docs)).isEqualTo(new IndexUpdate(2, 0, 0, 0, 3));
        List<SearchHit> hits = search("ccdd", 2);
        assertThat(hits).hasSize(2);
        assertThat(hits.get(0).passage()).isEqualTo(new Passage(file.toString(), 3, 1, "ccdd"));
        assertThat(hits.get(0).score()).isCloseTo(1, within(1e-6));
        assertThat(hits.get(1).score()).isLessThan(0.1);
    }

    @Test
    void findsRecordsOfTables() throws IOException {
        Path json = write("a.jsonl", "{\"id\":1,\"text\":\"aabb\"}\n\n{\"text\":\"ccdd\"}\n");
        Path table = write("b.tsv", "id\ttext\n7\teeff\n");
        update(docs);
        assertThat(search("ccdd", 1).get(0).passage()).isEqualTo(new Passage(json.toString(), 3, 1, "ccdd"));
        assertThat(search("eeff", 1).get(0).passage()).isEqualTo(new Passage(table.toString(), 2, 1, "eeff"));
    }

    @Test
    void paragraphsAndFilesAreDividedWhereTheyAreTooLong() throws IOException {
        Path file = write("a.txt", "\none two\nthree four five\nsix\n \nseven\n");
        Passage[] paragraphs = {
            new Passage(file.toString(), 2, 1, "one two\nthree four"),
            new Passage(file.toString(), 3, 12, "five\nsix"),
            new Passage(file.toString(), 6, 1, "seven")
        };
        update(new PassageOptions(PassageOptions.Unit.PARAGRAPH, "text"), docs);
        assertThat(search("x", 9)).extracting(SearchHit::passage).containsExactlyInAnyOrder(paragraphs);
        assertThat(update(new PassageOptions(PassageOptions.Unit.FILE, "text"), docs)
                        .changed())
                .isEqualTo(1);
        assertThat(search("x", 9))
                .extracting(SearchHit::passage)
                .containsExactlyInAnyOrder(paragraphs[0], new Passage(file.toString(), 3, 12, "five\nsix\n \nseven"));
    }

    @Test
    void onlyWhatChangedIsEmbeddedAgain() throws IOException {
        write("a.txt", "aabb\nccdd");
        Path changing = write("b.txt", "eeff");
        Path going = write("deep/c.txt", "gghh");
        Path elsewhere = Files.writeString(folder.resolve("elsewhere.txt"), "iijj");
        update(docs, elsewhere);
        embedder.embedded.set(0);
        assertThat(update(docs)).isEqualTo(new IndexUpdate(0, 0, 0, 3, 0));
        assertThat(embedder.embedded).hasValue(0);
        Files.writeString(changing, "kkll");
        Files.delete(going);
        assertThat(update(docs)).isEqualTo(new IndexUpdate(0, 1, 1, 1, 1));
        assertThat(embedder.embedded).hasValue(1);
        assertThat(search("a", 9))
                .extracting(hit -> hit.passage().text())
                .containsExactlyInAnyOrder("aabb", "ccdd", "kkll", "iijj");
        try (SearchIndex index = SearchIndex.open(place, embedder)) {
            assertThat(index.size()).isEqualTo(4);
        }
    }

    @Test
    void aFileThatCantBeReadLeavesTheIndexAsItWas() throws IOException {
        Path first = write("a.txt", "aabb");
        update(docs);
        Files.writeString(first, "ccdd");
        write("b.jsonl", "{\"text\":\"eeff\"}\n{\"title\":\"gg\"}\n");
        assertThatThrownBy(() -> update(docs))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("b.jsonl, line 2: has no text in field \"text\"; its fields are [title]");
        assertThat(search("a", 9)).extracting(hit -> hit.passage().text()).containsExactly("aabb");
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> update(folder.resolve("none")))
                .hasRootCauseInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }

    @Test
    void anotherModelIsRefused() throws IOException {
        write("a.txt", "aabb");
        update(docs);
        assertThat(SearchIndex.modelName(place)).isEqualTo("some-model");
        assertThatThrownBy(() -> SearchIndex.open(place, new LetterEmbedder("others")))
                .isInstanceOf(SearchException.class)
                .hasMessage(
                        place + " was made with another model (some-model), whose vectors can't be compared: use that"
                                + " one, or make a new index");
    }

    @Test
    void whatIsNoIndexIsRefused() throws IOException {
        write("a.txt", "aabb");
        assertThatThrownBy(() -> SearchIndex.open(docs, embedder))
                .hasMessage(docs + " is not empty and not an index: choose another folder");
        assertThatThrownBy(() -> search("a", 1)).hasMessage(place + " is not an index: make one first");
        assertThatThrownBy(() -> SearchIndex.modelName(place)).hasMessage(place + " is not an index: make one first");
    }

    @Test
    void damageIsNamed() throws IOException {
        write("a.txt", "aabb");
        update(docs);
        damage(file -> file.startsWith("segments_"));
        assertThatThrownBy(() -> search("a", 1))
                .isInstanceOf(SearchException.class)
                .hasMessage(place + " is damaged or of another version: delete it and index again");
    }

    private void damage(java.util.function.Predicate<String> which) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            Consumer<Path> truncate = file -> {
                try {
                    Files.write(file, new byte[] {1, 2, 3});
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            };
            files.filter(file -> which.test(file.getFileName().toString())).forEach(truncate);
        }
    }

    @Test
    void twoUpdatesAtATimeAreRefused() throws IOException {
        write("a.txt", "aabb");
        try (FSDirectory directory = FSDirectory.open(place);
                IndexWriter other = new IndexWriter(directory, new IndexWriterConfig())) {
            assertThatThrownBy(() -> update(docs))
                    .hasMessage(place + " is being updated by another process: try again when it is done");
            other.rollback();
        }
    }

    @Test
    void blankQueriesAreRefused() throws IOException {
        write("a.txt", "aabb");
        update(docs);
        assertThatThrownBy(() -> search(" ", 1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Against exact search, over several segments with deletions. */
    @Test
    void theGraphFindsNearlyAll() throws IOException {
        Random random = new Random(7);
        List<String> texts = IntStream.range(0, 3000)
                .mapToObj(i -> random.ints(12, 'a', 'z' + 1)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString())
                .distinct()
                .toList();
        write("old.txt", String.join("\n", texts.subList(0, 500)));
        write("new.txt", String.join("\n", texts.subList(500, 1500)));
        update(docs);
        write("old.txt", String.join("\n", texts.subList(1500, texts.size())));
        update(docs);
        List<String> current = texts.subList(500, texts.size());
        NearestNeighbours<String> exact = NearestNeighbours.of(
                current, current.stream().map(LetterEmbedder::letters).toList());
        int found = 0;
        for (int i = 0; i < 20; i++) {
            String query = texts.get(i);
            List<String> expected = exact.nearest(LetterEmbedder.letters(query), 10).stream()
                    .map(NearestNeighbours.Neighbour::item)
                    .toList();
            double least =
                    exact.nearest(LetterEmbedder.letters(query), 10).get(9).similarity();
            List<SearchHit> hits = search(query, 10);
            assertThat(hits).hasSize(10);
            // Ties at the end may be broken either way.
            found += (int) hits.stream()
                    .filter(hit -> expected.contains(hit.passage().text()) || hit.score() >= least - 1e-5)
                    .count();
        }
        assertThat(found).isGreaterThanOrEqualTo(190);
    }
}
