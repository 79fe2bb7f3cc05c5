package io.transformer4j.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.corpus.MethodSummaries.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MethodSummariesTest {
    private static final String SOURCE = """
            /** Licensed under X. */
            class Stack<T> {
                /**
                 * Takes the {@link #top() top} element, e.g. the newest, away. It must exist.
                 *
                 * @return the element
                 */
                @Override
                public final T popElement(/* no */ int unused) throws EmptyStackException {
                    // a comment
                    String text = "two  blanks /* stay */";
                    return elements.remove(elements.size() - 1);
                }

                /** {@inheritDoc} */
                public int size() { int count = elements.size(); return count; }

                // Not a Javadoc comment.
                void undocumented() { int count = elements.size(); use(count); }

                /** Returns nothing much. */
                abstract void noBody();
            }
            """;

    @Test
    void aMethodIsOneLineAndItsSummaryOneSentence() {
        assertThat(MethodSummaries.pairs(SOURCE))
                .containsExactly(new Pair(
                        "",
                        "popElement",
                        "t pop element ( int unused ) throws empty stack exception { string text = \"two blanks /* stay */\" ;"
                                + " return elements . remove ( elements . size ( ) - 1 ) ; }",
                        "Takes the top element, e.g. the newest, away."));
    }

    @Test
    void whatIsNotJavaHasNoPairs() {
        assertThat(MethodSummaries.pairs("this is { no Java")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "getUserName, Get user name.",
        "toXMLString, To xml string.",
        "add, Add.",
        "read_all, Read all.",
        "__, __."
    })
    void namesAreWords(String name, String words) {
        assertThat(new Pair("", name, "", "").nameInWords()).isEqualTo(words);
    }

    @Test
    void aMethodThatComesTwiceCountsOnce(@TempDir Path folder) throws IOException {
        List<Path> jars = List.of(jar(folder, "b-lib-2.0-sources.jar"), jar(folder, "a-lib-1.1-sources.jar"));
        assertThat(MethodSummaries.of(jars).read((done, total, detail) -> {}))
                .extracting(Pair::project)
                .containsExactly("a-lib");
    }

    private static Path jar(Path folder, String name) throws IOException {
        Path jar = folder.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("Stack.java"));
            out.write(SOURCE.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    @Test
    void theMostSimilarTextSharesRareWords() {
        SimilarTexts texts = new SimilarTexts(
                List.of("return this . size ;", "return this . queue . poll ( ) ;", "return this . stack . pop ( ) ;"));
        assertThat(texts.mostSimilarTo("T pop ( ) { return this . elements . pop ( ) ; }"))
                .isEqualTo(2);
        assertThat(texts.mostSimilarTo("nothing")).isZero();
    }
}
