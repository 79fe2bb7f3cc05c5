package io.transformer4j.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.corpus.JavadocComment.BlockTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JavadocProseTest {

    @Test
    void aCommentIsDescriptionAndTags() {
        JavadocComment comment = JavadocComment.parse("""
                /**
                 * First line,
                 *   second {@code line
                 * @notATag} with an annotation.
                 *
                 * @param <T> the type
                 * @return The result
                 *     on two lines.
                 * @throws java.io.IOException
                 *         If it fails.
                 */""");

        assertThat(comment.description()).startsWith("First line,").endsWith("@notATag} with an annotation.");
        assertThat(comment.blockTags())
                .containsExactly(
                        new BlockTag("param", "the type"),
                        new BlockTag("return", "The result\n    on two lines."),
                        new BlockTag("throws", "If it fails."));
    }

    @Test
    void smallCommentsAreCommentsToo() {
        assertThat(JavadocComment.parse("/** One line. */").description()).isEqualTo("One line.");
        assertThat(JavadocComment.parse("/***/").description()).isEmpty();
        assertThat(JavadocComment.parse("/** @return Only a tag. */").blockTags())
                .containsExactly(new BlockTag("return", "Only a tag."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {@code a < b && c}                                  | a < b && c
                    see {@link java.util.List}.                         | see List.
                    see {@link #put(Object, java.util.Map<K, V>)}.      | see put.
                    see {@link java.util.Map.Entry#getKey()}.           | see getKey.
                    see {@linkplain Foo#bar(int, int) the bar of {@code Foo}}. | see the bar of Foo.
                    {@literal <b>} stays                                | <b> stays
                    {@return the size}                                  | the size
                    {@inheritDoc} More.                                 | More.
                    {@code {nested {braces}}} here                      | {nested {braces}} here
                    open {@code end                                     | open end
                    an <i>italic <b>and</b> bold</i> word               | an italic and bold word
                    x<sup>2</sup> &lt; y&nbsp;z                         | x^2 < y z
                    """)
    void inlineTagsAndHtmlBecomeText(String markup, String text) {
        assertThat(JavadocProse.paragraphs(markup)).containsExactly(text);
    }

    @Test
    void structureSeparatesParagraphsAndExamplesAreLeftOut() {
        assertThat(JavadocProse.paragraphs("""
                                First
                                paragraph.<p>Second one:
                                <ul><li>an item<li>another</ul>
                                <h2>Title</h2><pre>code &amp; {@code more}</pre>after
                                <table><tr><td>cell</table>{@snippet : int x; }
                                the end"""))
                .containsExactly("First paragraph.", "Second one:", "an item", "another", "after", "the end");
        assertThat(JavadocProse.paragraphs(" \n ")).isEmpty();
    }
}
