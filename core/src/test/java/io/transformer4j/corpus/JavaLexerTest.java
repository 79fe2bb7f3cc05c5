package io.transformer4j.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.corpus.JavaLexer.Kind;
import io.transformer4j.corpus.JavaLexer.Token;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;

class JavaLexerTest {

    @Test
    void tellsCommentsFromWhatLooksLikeThem() {
        String source = """
                /* plain */ /**/ // line /** no */
                /** doc */
                String a = "/** not \\" a comment */", b = \"""
                    /** nor "" this \\\""" */
                    \""";
                char c = '"', d = '\\'', e = '/'; int f = 7 / 2; /***/
                """;

        assertThat(texts(source, Kind.JAVADOC)).containsExactly("/** doc */", "/***/");
        assertThat(texts(source, Kind.COMMENT)).containsExactly("/* plain */", "/**/", "// line /** no */");
        assertThat(texts(source, Kind.LITERAL)).hasSize(5).contains("'\"'", "'\\''", "'/'");
        assertThat(texts(source, Kind.WORD))
                .containsExactly("String", "a", "b", "char", "c", "d", "e", "int", "f", "7", "2");
    }

    @Test
    void whatIsUnfinishedEndsWithTheSourceOrTheLine() {
        assertThat(texts("a /** b", Kind.JAVADOC)).containsExactly("/** b");
        assertThat(texts("\"\"\" a\nb", Kind.LITERAL)).containsExactly("\"\"\" a\nb");
        assertThat(texts("\"abc\nd", Kind.LITERAL)).containsExactly("\"abc");
        assertThat(texts("\"abc\\", Kind.LITERAL)).containsExactly("\"abc\\");
    }

    @Property
    void tokensCoverEverythingButWhiteSpace(
            @ForAll @Chars({'/', '*', '"', '\'', '\\', '\n', ' ', 'a', '{'}) String source) {
        int position = 0;
        for (Token token : JavaLexer.tokenize(source)) {
            assertThat(token.start()).isLessThan(token.end());
            assertThat(source.substring(position, token.start())).isBlank();
            position = token.end();
        }
        assertThat(source.substring(position)).isBlank();
    }

    private static List<String> texts(String source, Kind kind) {
        return JavaLexer.tokenize(source).stream()
                .filter(token -> token.kind() == kind)
                .map(token -> token.text(source))
                .toList();
    }
}
