package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceSplitterTest {
    /** Each case is a paragraph with a bar where it must be split, and nowhere else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "One.| Two!| Three?",
                "no terminator at all",
                "He paid 3.5 pounds.| Version 2.10.0 came later.",
                "Mr. Darcy met Dr. Watson and Mrs. Hall.| They talked.",
                "J. R. R. Tolkien wrote it.| So did I.| He knew.",
                "“What?” he said.| “Nothing.”| She left.",
                "\"Stop!\"| \"Why?\" asked he.",
                "See e.g. Smith or i.e. nobody.| Done.",
                "In the U.S. Congress it failed.| Yes.",
                "Wait... what?| Well…| Go.",
                "It is No. 5 of p. 12 in vol. 3.| No.| That is wrong.",
                "(It ended.)| [So it did.]| Fine.",
                "他来了。|她走了！|好吗？|好。",
                "वह आया।| वह गया।",
                "İstanbul'da yaşar.| Işık söndü.| TİTLE vs. OTHER.",
                "Who?!| Nobody.",
                "a.b.c is one token.| See http://x.org/a.B too."
            })
    void splitsAtTheBars(String marked) {
        List<String> expected =
                List.of(marked.split("\\|")).stream().map(String::strip).toList();
        assertThat(SentenceSplitter.split(marked.replace("|", ""))).isEqualTo(expected);
    }

    @Property
    void losesNothingButWhiteSpace(
            @ForAll
                    @StringLength(max = 60)
                    @Chars({'.', '?', '!', ' ', '"', '”', '\n', '。', 'I', 'i', '5', '(', '…'})
                    @CharRange(from = 'A', to = 'D')
                    String paragraph) {
        List<String> sentences = SentenceSplitter.split(paragraph);
        assertThat(String.join("", sentences).replaceAll("\\s", "")).isEqualTo(paragraph.replaceAll("\\s", ""));
        assertThat(sentences).allMatch(sentence -> !sentence.isBlank() && sentence.equals(sentence.strip()));
    }
}
