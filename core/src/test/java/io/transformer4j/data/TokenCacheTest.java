package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCacheTest {
    private static final LetterEncoder ENCODER = new LetterEncoder();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {262, 65_536, 65_537, 2_000_000})
    void holdsEveryTokenSegmentAndDocument(int vocabSize) throws IOException {
        LetterEncoder encoder = new LetterEncoder(vocabSize);
        Path text = write("a.txt", "One two. Three!\nFour\n\n...\n\nFive six");
        TokenCache cache = builder(text, encoder).openOrBuild(folder.resolve("a.tokens"));
        assertThat(documents(cache, encoder))
                .containsExactly(List.of("One two.", "Three!", "Four"), List.of("..."), List.of("Five six"));
        assertThat(cache.vocabSize()).isEqualTo(vocabSize);
        assertThat(cache.characters()).isEqualTo("One two. Three!FourFive six...".length());
        assertThat(Files.size(cache.file()) < 400).isEqualTo(vocabSize <= 65_536);
        assertThat(files()).containsExactly("a.tokens", "a.txt");
    }

    @Test
    void contentDoesNotDependOnThreads() throws IOException {
        Path text = write("a.txt", randomText(300_000));
        byte[] one = Files.readAllBytes(builder(text, ENCODER)
                .threads(1)
                .openOrBuild(folder.resolve("1"))
                .file());
        byte[] four = Files.readAllBytes(builder(text, ENCODER)
                .threads(4)
                .openOrBuild(folder.resolve("4"))
                .file());
        assertThat(four).isEqualTo(one);
    }

    @Test
    void manySmallMappingsAreAsGoodAsOne() throws IOException {
        Path text = write("a.txt", randomText(50_000));
        TokenCache whole = builder(text, ENCODER).openOrBuild(folder.resolve("cache"));
        TokenCache pieces = TokenCache.open(whole.file(), 512);
        assertThat(documents(pieces, ENCODER)).isEqualTo(documents(whole, ENCODER));
        int[] tokens = new int[1_000];
        pieces.read(1_001, tokens, 3, 900);
        assertThat(tokens[3]).isEqualTo(whole.token(1_001));
        assertThat(tokens[902]).isEqualTo(whole.token(1_900));
    }

    @Test
    void isReusedUntilCorpusOrTokenizerChange() throws IOException {
        Path text = write("a.txt", "One two.");
        Path file = folder.resolve("cache");
        builder(text, ENCODER).openOrBuild(file);
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        builder(text, ENCODER).openOrBuild(file);
        assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1_000);

        assertThat(builder(text, new LetterEncoder(1_000)).openOrBuild(file).vocabSize())
                .isEqualTo(1_000);
        write("a.txt", "Another text.");
        assertThat(documents(builder(text, ENCODER).openOrBuild(file), ENCODER))
                .containsExactly(List.of("Another text."));
    }

    @Test
    void truncationAnywhereIsNoticedAndMended() throws IOException {
        Path text = write("a.txt", randomText(2_000));
        Path file = folder.resolve("cache");
        builder(text, ENCODER).openOrBuild(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {8, 100, 255, 256, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TokenCache.open(file))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContaining("delete it to rebuild it");
        }
        builder(text, ENCODER).openOrBuild(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    }

    @Test
    void aFlippedBitAnywhereIsNoticed() throws IOException {
        Path file = builder(write("a.txt", randomText(500)), ENCODER)
                .openOrBuild(folder.resolve("cache"))
                .file();
        byte[] whole = Files.readAllBytes(file);
        TokenCacheHeader header = TokenCacheHeader.parse(file, ByteBuffer.wrap(whole), whole.length);
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            int bit = random.nextInt(whole.length * 8);
            int position = bit / 8;
            if (position >= 256 + 2 * header.tokens() && position < header.segmentsPosition()) {
                continue; // padding
            }
            flip(file, position, 1 << bit % 8);
            assertThatThrownBy(() -> TokenCache.open(file)).as("bit %d", bit).isInstanceOf(DataException.class);
            flip(file, position, 1 << bit % 8);
        }
        TokenCache.open(file);
    }

    @Test
    void somebodyElsesFileIsNeverOverwritten() throws IOException {
        Path text = write("a.txt", "One two.");
        assertThatThrownBy(() -> builder(text, ENCODER).openOrBuild(text))
                .hasMessage(text + ": exists and is not a token cache; choose another file for the cache");
        assertThatThrownBy(() -> TokenCache.open(text)).hasMessage(text + ": is not a token cache");
        assertThatThrownBy(() -> TokenCache.open(folder.resolve("no")))
                .hasMessage(folder.resolve("no") + ": no such token cache");
        assertThat(Files.readString(text)).isEqualTo("One two.");
    }

    @Test
    void anEmptyCorpusIsAnErrorAndLeavesNothing() throws IOException {
        Path text = write("a.txt", "\n \n\t\n");
        assertThatThrownBy(() -> builder(text, ENCODER).openOrBuild(folder.resolve("cache")))
                .hasMessage(text + ": the corpus holds no text");
        assertThat(files()).containsExactly("a.txt");
    }

    @Test
    void aFailureLeavesTheOldCacheAlone() throws IOException {
        Path text = write("a.txt", "One two.");
        Path file = folder.resolve("cache");
        builder(text, ENCODER).openOrBuild(file);
        Files.write(text, new byte[] {'x', (byte) 0xFF});
        assertThatThrownBy(() -> builder(text, ENCODER).openOrBuild(file)).hasMessageContaining("not valid UTF-8");
        assertThat(documents(TokenCache.open(file), ENCODER)).containsExactly(List.of("One two."));
        assertThat(files()).containsExactly("a.txt", "cache");
    }

    @Test
    void aTokenizersFailureIsTold() throws IOException {
        Path text = write("a.txt", "One two.");
        TextEncoder broken = new LetterEncoder(100); // gives negative ids
        assertThatThrownBy(() -> builder(text, broken).openOrBuild(folder.resolve("cache")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the tokenizer gave the id -\\d+, which is not in \\[0, 100\\)");
    }

    @Test
    void aFileInTheWayOfTheFolderIsNamed() throws IOException {
        Path text = write("a.txt", "One two.");
        assertThatThrownBy(() -> builder(text, ENCODER).openOrBuild(text.resolve("cache")))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        text.resolve("cache") + ": the token cache cannot be written (" + text + " is not a folder)");
    }

    @Test
    void twoWritersOfOneFileAreRefused() {
        Path file = folder.resolve("cache");
        try (TokenCacheWriter first = new TokenCacheWriter(file, 10)) {
            for (int i = 0; i < 100_000; i++) {
                first.startDocument();
                first.add(new int[] {1, 2}); // more than a buffer full
            }
            assertThatThrownBy(() -> new TokenCacheWriter(file, 10))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file
                            + ": the token cache cannot be written (it is being written by somebody else already)");
            first.commit(ENCODER.fingerprint(), ENCODER.fingerprint(), 0);
        }
        assertThat(TokenCache.open(file).tokens()).isEqualTo(200_000);
    }

    @Test
    void theSplitIsDisjointCompleteAndStable() throws IOException {
        List<String> paragraphs = IntStream.range(0, 2_000)
                .mapToObj(i -> "paragraph " + (char) ('a' + i % 26) + " number " + Integer.toString(i, 36))
                .toList();
        Path text = write("a.txt", String.join("\n\n", paragraphs) + "\n\n" + String.join("\n\n", paragraphs));
        TokenCacheBuilder.Split split =
                builder(text, ENCODER).openOrBuildSplit(folder.resolve("train"), folder.resolve("valid"), 0.1);
        List<List<String>> train = documents(split.train(), ENCODER);
        List<List<String>> validation = documents(split.validation(), ENCODER);
        assertThat(train.size() + validation.size()).isEqualTo(4_000);
        assertThat(train).doesNotContainAnyElementsOf(validation); // although each document occurs twice
        assertThat(validation.size()).isBetween(320, 480); // 400 expected, standard deviation 27 (pairs)

        write("a.txt", String.join("\n\n", paragraphs.subList(0, 500)));
        split = builder(text, ENCODER).openOrBuildSplit(folder.resolve("train"), folder.resolve("valid"), 0.1);
        assertThat(validation).containsAll(documents(split.validation(), ENCODER));
    }

    @Test
    void aSplitWithAnEmptySideIsAnError() throws IOException {
        Path text = write("a.txt", "One.");
        Path train = folder.resolve("train");
        Path validation = folder.resolve("valid");
        assertThatThrownBy(() -> builder(text, ENCODER).openOrBuildSplit(train, validation, 1e-9))
                .hasMessage(validation + ": none of the 1 documents falls here with a validation fraction of 1.0E-9; "
                        + "change it or give separate files");
    }

    @Test
    void aFailureLeavesNoEmptyFoldersAndDeletesNoOtherOnes() throws IOException {
        Path text = write("a.txt", "One.");
        Path old = Files.createDirectory(folder.resolve("old"));
        Path train = folder.resolve("run/cache/train");
        for (Path validation : List.of(folder.resolve("run/cache/valid"), old.resolve("new/valid"))) {
            assertThatThrownBy(() -> builder(text, ENCODER).openOrBuildSplit(train, validation, 1e-9))
                    .hasMessageContaining("falls here");
            assertThat(files()).containsExactly("a.txt", "old");
            assertThat(old).isEmptyDirectory();
        }
    }

    @Test
    void progressEndsAtTheWhole() throws IOException {
        Path text = write("a.txt", randomText(300_000));
        List<TokenCacheBuilder.Progress> seen = new ArrayList<>();
        TokenCache cache = builder(text, ENCODER).progress(seen::add).openOrBuild(folder.resolve("cache"));
        assertThat(seen).hasSizeGreaterThan(3);
        assertThat(seen.get(seen.size() - 1))
                .isEqualTo(new TokenCacheBuilder.Progress(Files.size(text), cache.documents(), cache.tokens()));
    }

    private static TokenCacheBuilder builder(Path text, TextEncoder encoder) {
        Corpus corpus =
                Corpus.of(List.of(text.toString()), CorpusOptions.builder().build());
        return TokenCacheBuilder.of(corpus, encoder).threads(2);
    }

    private static List<List<String>> documents(TokenCache cache, LetterEncoder encoder) {
        List<List<String>> documents = new ArrayList<>();
        for (long document = 0; document < cache.documents(); document++) {
            List<String> segments = new ArrayList<>();
            for (long s = cache.documentStart(document); s < cache.documentStart(document + 1); s++) {
                int[] ids = new int[cache.segmentLength(s)];
                cache.read(cache.segmentStart(s), ids, 0, ids.length);
                segments.add(encoder.decode(ids));
            }
            documents.add(segments);
        }
        return documents;
    }

    static String randomText(int characters) {
        Random random = new Random(42);
        StringBuilder text = new StringBuilder();
        while (text.length() < characters) {
            for (int letters = 1 + random.nextInt(8); letters > 0; letters--) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            int end = random.nextInt(60);
            text.append(end == 0 ? ".\n\n" : end < 5 ? ". A " : " ");
        }
        return text.toString();
    }

    private static void flip(Path file, int position, int bits) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(position);
            int value = access.read();
            access.seek(position);
            access.write(value ^ bits);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
