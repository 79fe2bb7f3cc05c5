package io.transformer4j.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    @TempDir
    Path folder;

    @Nested
    class Finding {
        @Test
        void directoriesAreRecursiveAndSortedAndHiddenFilesLeftOut() throws IOException {
            write("b.txt", "b");
            write("a/z.txt", "z");
            write("a/I.txt", "I"); // under a Turkish locale I and i sort and fold differently
            write("a/i.txt", "i");
            write(".hidden/x.txt", "x");
            assertThat(names(corpus(folder.toString()))).containsExactly("a/I.txt", "a/i.txt", "a/z.txt", "b.txt");
        }

        @Test
        void globsMatchAndADoubleMentionIsReadOnce() throws IOException {
            write("b.txt", "b");
            write("a/c.txt", "c");
            write("a/d.md", "d");
            assertThat(names(corpus(folder + "/**.txt"))).containsExactly("a/c.txt", "b.txt");
            assertThat(names(corpus(folder + "/a/*.{md,txt}", folder + "/a"))).containsExactly("a/c.txt", "a/d.md");
        }

        @Test
        void aFileWithGlobCharactersInItsNameIsFound() throws IOException {
            write("x[1].txt", "one");
            assertThat(texts(corpus(folder + "/x[1].txt"))).containsExactly("|one");
        }

        @Test
        void whatIsNotThereIsNamed() {
            assertThatThrownBy(() -> corpus(folder + "/nothing.txt"))
                    .isInstanceOf(DataException.class)
                    .hasMessage(folder + "/nothing.txt: no such file or directory");
            assertThatThrownBy(() -> corpus(folder + "/*.txt"))
                    .isInstanceOf(DataException.class)
                    .hasMessage("no file matches " + folder + "/*.txt");
            assertThatThrownBy(() -> corpus(folder.toString()))
                    .isInstanceOf(DataException.class)
                    .hasMessage(folder + ": the directory holds no files");
        }

        @Test
        void fingerprintChangesWithContentAndOptions() throws IOException {
            Path file = write("a.txt", "one");
            Fingerprint before = corpus(file.toString()).fingerprint();
            assertThat(corpus(file.toString()).fingerprint()).isEqualTo(before);
            assertThat(Corpus.of(List.of(file.toString()), lines()).fingerprint())
                    .isNotEqualTo(before);
            Files.writeString(file, "other");
            assertThat(corpus(file.toString()).fingerprint()).isNotEqualTo(before);
        }
    }

    @Nested
    class Documents {
        private static final String TEXT = "\n\nOne a.\nOne b.\n \n\t\nTwo.\r\nStill two.\n\n";

        @Test
        void blankLinesEndDocuments() throws IOException {
            assertThat(texts(corpus(write("a.txt", TEXT).toString())))
                    .containsExactly("|One a.", "One b.", "|Two.", "Still two.");
        }

        @Test
        void orEachLineOrEachFile() throws IOException {
            String file = write("a.txt", TEXT).toString();
            assertThat(texts(corpus(DocumentBoundary.LINE, Segmentation.SENTENCES, file)))
                    .containsExactly("|One a.", "|One b.", "|Two.", "|Still two.");
            assertThat(texts(corpus(DocumentBoundary.FILE, Segmentation.SENTENCES, file)))
                    .containsExactly("|One a.", "One b.", "Two.", "Still two.");
        }

        @Test
        void aFilesEndIsADocumentsEndWithoutALastNewline() throws IOException {
            write("a.txt", "A");
            write("b.txt", "B");
            assertThat(texts(corpus(folder.toString()))).containsExactly("|A", "|B");
        }

        @Test
        void wrappedLinesAreJoined() throws IOException {
            String file =
                    write("a.txt", "It was the\nbest of \ntimes.\n\nNext.\n").toString();
            assertThat(texts(corpus(DocumentBoundary.BLANK_LINE, Segmentation.WRAPPED_SENTENCES, file)))
                    .containsExactly("|It was the best of times.", "|Next.");
            assertThat(texts(corpus(DocumentBoundary.FILE, Segmentation.WRAPPED_SENTENCES, file)))
                    .containsExactly("|It was the best of times.", "Next.");
        }

        @Test
        void rawTextStaysExact() throws IOException {
            String text = " First\n\n\tindented \n" + "word and word\n".repeat(20_000) + "\n\nend\n";
            String file = write("a.txt", text).toString();
            List<String> chunks = texts(corpus(DocumentBoundary.FILE, Segmentation.NONE, file));
            assertThat(chunks).hasSizeGreaterThan(5);
            assertThat("|" + text).isEqualTo(String.join("", chunks));
            assertThat(texts(corpus(
                            DocumentBoundary.BLANK_LINE,
                            Segmentation.NONE,
                            write("b.txt", TEXT).toString())))
                    .containsExactly("|One a.\nOne b.", "|Two.\nStill two.");
        }

        @Test
        void rawChunksBeginWhereAWordBegins() throws IOException {
            String text = "one  two three\n\n".repeat(10_000) + "x".repeat(100_000) + " end";
            String file = write("a.txt", text).toString();
            List<String> chunks = texts(corpus(DocumentBoundary.FILE, Segmentation.NONE, file));
            assertThat(String.join("", chunks)).isEqualTo("|" + text);
            assertThat(chunks.stream().skip(1)).allMatch(chunk -> chunk.matches("(?s)[ \\n]\\S.*"));
        }
    }

    @Nested
    class JsonLines {
        @Test
        void eachRecordIsADocument() throws IOException {
            String file = write(
                            "a.jsonl", "{\"id\":1,\"text\":\"One.\\n\\nMore.\"}\n\n{\"text\":\"\"}\n{\"text\":\"Two\"}")
                    .toString();
            assertThat(texts(corpus(file))).containsExactly("|One.", "More.", "|Two");
            assertThat(texts(corpus(DocumentBoundary.FILE, Segmentation.NONE, file)))
                    .containsExactly("|One.\n\nMore.", "|Two");
        }

        @Test
        void gzippedAndWithAnotherField() throws IOException {
            Files.write(folder.resolve("a.jsonl.gz"), gzip("{\"body\":\"B\"}\n".getBytes(UTF_8)));
            Corpus corpus = Corpus.of(
                    List.of(folder.toString()),
                    CorpusOptions.builder().jsonField("body").build());
            assertThat(texts(corpus)).containsExactly("|B");
        }

        @Test
        void errorsNameTheLine() throws IOException {
            String missing = write("a.jsonl", "{\"text\":\"x\"}\n{\"body\":1,\"id\":2}\n")
                    .toString();
            assertThatThrownBy(() -> texts(corpus(missing)))
                    .hasMessage(missing + ", line 2: has no text in field \"text\"; its fields are [body, id]");
            String broken = write("b.jsonl", "{\"text\":\"x\"}\n\n{\"text\":").toString();
            assertThatThrownBy(() -> texts(corpus(broken))).hasMessageStartingWith(broken + ", line 3: not valid JSON");
            String array = write("c.jsonl", "[1]").toString();
            assertThatThrownBy(() -> texts(corpus(array))).hasMessage(array + ", line 1: not a JSON object");
        }

        @Test
        void aRecordBeyondTheLimitIsAnError() throws IOException {
            String file = write("a.jsonl", "{\"text\":\"x\"}\n{\"text\":\"" + "x".repeat(2_000) + "\"}")
                    .toString();
            Corpus corpus = Corpus.of(
                    List.of(file), CorpusOptions.builder().maxLineChars(16).build());
            assertThatThrownBy(() -> texts(corpus))
                    .hasMessage(file + ", line 2: the record is longer than 1024 characters; "
                            + "divide it or raise maxLineChars");
        }
    }

    @Nested
    class BadBytes {
        @Test
        void invalidUtf8NamesTheByte() throws IOException {
            byte[] bytes = ("ä".repeat(50_000) + "\n").getBytes(UTF_8);
            bytes = Arrays.copyOf(bytes, bytes.length + 1);
            bytes[bytes.length - 1] = (byte) 0xE4; // ä in Latin-1
            String file = Files.write(folder.resolve("a.txt"), bytes).toString();
            assertThatThrownBy(() -> texts(corpus(file)))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file
                            + ": byte 100001 (0xE4) is not valid UTF-8; convert the file to UTF-8 or leave it out");
            String latin = Files.write(folder.resolve("b.txt"), "für alle".getBytes(ISO_8859_1))
                    .toString();
            assertThatThrownBy(() -> texts(corpus(latin))).hasMessageContaining("byte 1 (0xFC) is not valid UTF-8");
        }

        @Test
        void binaryFilesAndUtf16AreRefused() throws IOException {
            String binary = Files.write(folder.resolve("a.bin"), new byte[] {'P', 'K', 3, 4, 0, 0})
                    .toString();
            assertThatThrownBy(() -> texts(corpus(binary)))
                    .hasMessage(binary + ": is a binary file (NUL at byte 4), but a corpus must be UTF-8 text");
            String wide = Files.write(folder.resolve("b.txt"), "text".getBytes(UTF_16))
                    .toString();
            assertThatThrownBy(() -> texts(corpus(wide))).hasMessage(wide + ": is UTF-16 text; convert it to UTF-8");
        }

        @Test
        void aByteOrderMarkIsDropped() throws IOException {
            assertThat(texts(corpus(write("a.txt", "\uFEFFtext").toString()))).containsExactly("|text");
        }

        @Test
        void damagedGzip() throws IOException {
            byte[] whole = gzip("some text\n".repeat(5_000).getBytes(UTF_8));
            String cut = Files.write(folder.resolve("a.gz"), Arrays.copyOf(whole, whole.length / 2))
                    .toString();
            assertThatThrownBy(() -> texts(corpus(cut))).hasMessage(cut + ": the gzip data is truncated");
            String tiny =
                    Files.write(folder.resolve("b.gz"), Arrays.copyOf(whole, 5)).toString();
            assertThatThrownBy(() -> texts(corpus(tiny))).hasMessage(tiny + ": the gzip data is truncated");
            String plain = write("c.gz", "plain").toString();
            assertThatThrownBy(() -> texts(corpus(plain))).hasMessage(plain + ": is named .gz but holds no gzip data");
            whole[whole.length - 6] ^= 1; // in the checksum
            String flipped = Files.write(folder.resolve("d.gz"), whole).toString();
            assertThatThrownBy(() -> texts(corpus(flipped)))
                    .hasMessageStartingWith(flipped + ": the gzip data is damaged");
        }
    }

    @Test
    void aSinglePlainTextFileReadAsAWholeIsOneDocument() throws IOException {
        String text = Files.writeString(folder.resolve("a.txt"), "a\n\nb\n").toString();
        String json = Files.writeString(folder.resolve("b.jsonl"), "{}\n").toString();
        CorpusOptions whole =
                CorpusOptions.builder().documentBoundary(DocumentBoundary.FILE).build();

        assertThat(Corpus.of(List.of(text), whole).isOneDocument()).isTrue();
        assertThat(Corpus.of(List.of(text), lines()).isOneDocument()).isFalse();
        assertThat(Corpus.of(List.of(json), whole).isOneDocument()).isFalse();
        assertThat(Corpus.of(List.of(text, json), whole).isOneDocument()).isFalse();
    }

    @Test
    void standardInput() {
        Corpus corpus = Corpus.of(List.of("-"), lines(), () -> new ByteArrayInputStream("a\nb\n".getBytes(UTF_8)));
        assertThat(texts(corpus)).containsExactly("|a", "b");
        assertThat(corpus.isRepeatable()).isFalse();
        assertThat(corpus.sizeBytes()).isEmpty();
    }

    @Test
    void aLineOfAnySizeIsCutAndCounted() {
        long size = 256L << 20;
        Corpus corpus = Corpus.of(List.of("-"), lines(), () -> new Letters(size));
        long characters = 0;
        long longest = 0;
        int documents = 0;
        try (CorpusReader reader = corpus.open()) {
            for (TextBlock block = reader.next(); block != null; block = reader.next()) {
                characters += block.text().length();
                longest = Math.max(longest, block.text().length());
                documents += block.startsDocument() ? 1 : 0;
            }
            assertThat(reader.splitLines()).isEqualTo(size / lines().maxLineChars() - 1);
            assertThat(reader.bytesRead()).isEqualTo(size);
        }
        assertThat(characters).isEqualTo(size);
        assertThat(longest).isEqualTo(lines().maxLineChars());
        assertThat(documents).isEqualTo(1);
    }

    @Test
    void longLinesAreCutAtWhiteSpaceAndNeverInASurrogatePair() throws IOException {
        String file = write("a.txt", "0123456789 12345 789\n" + "😀".repeat(20) + "\n0123456789abcdef\nx")
                .toString();
        CorpusOptions options = CorpusOptions.builder()
                .segmentation(Segmentation.LINES)
                .documentBoundary(DocumentBoundary.LINE)
                .maxLineChars(17)
                .build();
        assertThat(texts(Corpus.of(List.of(file), options)))
                .containsExactly(
                        "|0123456789 12345 ",
                        "789",
                        "|" + "😀".repeat(8),
                        "😀".repeat(8),
                        "😀".repeat(4),
                        "|0123456789abcdef",
                        "|x");
    }

    private static final class Letters extends InputStream {
        private long left;

        Letters(long size) {
            left = size;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            Arrays.fill(target, offset, offset + count, (byte) 'x');
            left -= count;
            return count;
        }
    }

    private static CorpusOptions lines() {
        return CorpusOptions.builder().segmentation(Segmentation.LINES).build();
    }

    private static Corpus corpus(String... inputs) {
        return Corpus.of(List.of(inputs), CorpusOptions.builder().build());
    }

    private static Corpus corpus(DocumentBoundary boundary, Segmentation segmentation, String input) {
        return Corpus.of(
                List.of(input),
                CorpusOptions.builder()
                        .documentBoundary(boundary)
                        .segmentation(segmentation)
                        .build());
    }

    /** The blocks, those that start a document with a bar in front. */
    private static List<String> texts(Corpus corpus) {
        List<String> texts = new ArrayList<>();
        try (CorpusReader reader = corpus.open()) {
            for (TextBlock block = reader.next(); block != null; block = reader.next()) {
                texts.add((block.startsDocument() ? "|" : "") + block.text());
            }
        }
        return texts;
    }

    private List<String> names(Corpus corpus) {
        return corpus.files().stream()
                .map(file -> folder.relativize(file).toString())
                .toList();
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }
}
