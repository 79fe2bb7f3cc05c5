package io.transformer4j.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentencesTest {

    @Test
    void abbreviationsDoNotEndASentence() {
        assertThat(Sentences.split("Values (e.g. Strings) are sorted. They may repeat, cf. Knuth. Done."))
                .containsExactly("Values (e.g. Strings) are sorted.", "They may repeat, cf. Knuth.", "Done.");
        assertThat(Sentences.split("See D. Knuth. It ends here")).isEqualTo(List.of("See D. Knuth.", "It ends here"));
        assertThat(Sentences.split("")).isEmpty();
    }

    @Property
    void splittingLosesNothingButSpace(@ForAll String paragraph) {
        assertThat(withoutSpace(String.join("", Sentences.split(paragraph)))).isEqualTo(withoutSpace(paragraph));
    }

    private static String withoutSpace(String text) {
        return text.codePoints()
                .filter(c -> !Character.isWhitespace(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Returns the number of elements in this list.",
                "If the map contains no such key, nothing is changed.",
                "This method may be called (at most once) from any thread!",
                "Is the StringBuilder shared between the threads of a pool?",
                "A node is removed from the queue as soon as it is idle."
            })
    void keepsWholeSentences(String sentence) {
        assertThat(Sentences.isClean(sentence)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Too short, it is.",
                "the first letter of this one is small.",
                "This one has no full stop at the end",
                "The name of the column.",
                "If the key is null or not in the map.",
                "True if the value is not in the set of values.",
                "Dies ist ein deutscher Satz ohne englische Worte.",
                "See https://example.org for all of the details.",
                "Sets fooBar, barBaz, bazQux and the quxFoo to zero.",
                "The value is x = y + 2 * z in all of the cases.",
                "This bracket (is not closed in the whole sentence.",
                "Licensed under the terms of the Apache license, version two.",
                "Die Größe of the list is the number of elements."
            })
    void dropsFragmentsCodeAndOtherLanguages(String sentence) {
        assertThat(Sentences.isClean(sentence)).isFalse();
    }

    @Test
    void nearDuplicatesHaveOneKey() {
        assertThat(Sentences.key("Returns 16 bits, as a short."))
                .isEqualTo(Sentences.key("Returns 32 bits as a Short."));
        assertThat(Sentences.key("Returns a short.")).isNotEqualTo(Sentences.key("Returns a long."));
    }
}
