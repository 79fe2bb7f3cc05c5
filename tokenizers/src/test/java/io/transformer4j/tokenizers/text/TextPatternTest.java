package io.transformer4j.tokenizers.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextPatternTest {

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\u0085", "\u2028", "\u2029"})
    void onlyALineFeedEndsALine(String character) {
        NormalizedString text = NormalizedString.of("a" + character + "b");
        assertThat(TextPattern.regex(".").matches(text)).hasSize(3);
        assertThat(TextPattern.regex("^b").matches(text)).isEmpty();
        assertThat(TextPattern.regex("a$").matches(text)).isEmpty();
    }

    @Test
    void aLineFeedEndsALine() {
        NormalizedString text = NormalizedString.of("a\nb");
        assertThat(TextPattern.regex(".").matches(text)).hasSize(2);
        assertThat(TextPattern.regex("^b").matches(text)).hasSize(1);
        assertThat(TextPattern.regex("a$").matches(text)).hasSize(1);
    }

    @Test
    void aBrokenExpressionIsNamed() {
        assertThatThrownBy(() -> TextPattern.regex("(a"))
                .isInstanceOf(TokenizerException.class)
                .hasMessageStartingWith("the regular expression '(a' is not valid: ");
    }
}
