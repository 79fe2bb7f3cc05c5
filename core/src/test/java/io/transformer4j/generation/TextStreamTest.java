package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private static final Tokenizer CHARACTERS = Tokenizers.characters(Stream.of("abc"));

    @Test
    void holdsBackWhatMayBecomeAStopString() {
        TextStream stream = new TextStream(CHARACTERS, List.of("aab"));

        assertThat(parts(stream, "aaaaab")).containsExactly("", "", "a", "a", "a", "");
        assertThat(stream.stopped()).isTrue();
        assertThat(stream.finish()).isEmpty();
        assertThat(stream.text()).isEqualTo("aaa");
    }

    @Test
    void givesTheHeldTextWhenTheTextEnds() {
        TextStream stream = new TextStream(CHARACTERS, List.of("abc"));

        assertThat(parts(stream, "cab")).containsExactly("c", "", "");
        assertThat(stream.stopped()).isFalse();
        assertThat(stream.finish()).isEqualTo("ab");
        assertThat(stream.text()).isEqualTo("cab");
    }

    /** The plain way: look for the first stop string in the whole text after each character. */
    @Property(seed = "20261122")
    void agreesWithSearchingTheWholeText(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 30) String text,
            @ForAll @Size(min = 1, max = 3)
                    List<@NotEmpty @CharRange(from = 'a', to = 'c') @StringLength(max = 4) String> stops) {
        String expected = text;
        for (int end = 1; end <= text.length(); end++) {
            String soFar = text.substring(0, end);
            int first = stops.stream()
                    .mapToInt(soFar::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(-1);
            if (first >= 0) {
                expected = text.substring(0, first);
                break;
            }
        }
        TextStream stream = new TextStream(CHARACTERS, stops);
        String joined = String.join("", parts(stream, text)) + stream.finish();

        assertThat(joined).isEqualTo(expected).isEqualTo(stream.text());
        assertThat(stream.stopped()).isEqualTo(stops.stream().anyMatch(text::contains));
    }

    private static List<String> parts(TextStream stream, String text) {
        return text.chars()
                .mapToObj(c ->
                        stream.add(CHARACTERS.tokenToId(Character.toString(c)).orElseThrow()))
                .toList();
    }
}
