package io.transformer4j.tokenizers.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each case is a text with a bar where a grapheme ends, by the rules of annex 29 that its comment names. */
class GraphemesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n|\n|\r|a", // GB3 to GB5
                "\u0000|\u0301|a", // a control takes nothing
                "\u1100\u1160\u11a8|\u1100", // GB6 to GB8: Hangul by letters
                "\uac00\u11a8|\uac01\u11a8\u11a8|\u1100\uac01|\u1100\u1100\uac00\u1160", // and by syllables
                "e\u0301\u200d|x\u0903|y", // GB9, GB9a
                "\u0600a|b", // GB9b
                "\u0915\u094d\u0937|\u0915\u093f|\u0915\u094d\u200d\u0937", // GB9c: conjuncts
                "\u0915|\u0937|\u0915\u200c\u094d|\u0937", // none without a linker, nor across a non-joiner
                "\ud83d\udc69\u200d\ud83d\udc67|\ud83d\udc69\ud83c\udffd\u200d\ud83d\ude80|a\u200d|\ud83d\udc67", // GB11
                "\ud83d\udc69\u200d\u200d|\ud83d\udc67",
                "\ud83c\udde9\ud83c\uddea|\ud83c\uddeb\ud83c\uddf7|\ud83c\uddee", // GB12, GB13: flags
            })
    void endsWhereTheRulesSay(String marked) {
        List<String> expected = List.of(marked.split("\\|"));
        NormalizedString text = NormalizedString.of(marked.replace("|", ""));
        List<String> graphemes = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int end = Graphemes.end(text, start);
            graphemes.add(text.slice(start, end).toString());
            start = end;
        }
        assertThat(graphemes).isEqualTo(expected);
    }

    @Test
    void millionsOfMarksAreOneGrapheme() {
        NormalizedString text = NormalizedString.of("e" + "\u0301".repeat(5_000_000) + "a");

        assertThat(Graphemes.end(text, 0)).isEqualTo(5_000_001);
    }
}
