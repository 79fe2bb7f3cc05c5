package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SpellingTest {

    @Test
    void theNearestWordIsFewestEditsAway() {
        assertThat(Spelling.nearest("--versoin", Stream.of("--verbose", "--version")))
                .contains("--version");
        assertThat(Spelling.nearest("MAXSTEP", Stream.of("maxTokens", "maxSteps")))
                .contains("maxSteps");
        assertThat(Spelling.nearest("x", Stream.of("b", "a"))).contains("a");
        assertThat(Spelling.nearest("x", Stream.of())).isEmpty();
    }

    @Property
    void editDistanceIsAMetric(
            @ForAll @AlphaChars @StringLength(max = 8) String a,
            @ForAll @AlphaChars @StringLength(max = 8) String b,
            @ForAll @AlphaChars @StringLength(max = 8) String c) {
        assertThat(Spelling.editDistance(a, a)).isZero();
        assertThat(Spelling.editDistance(a, b)).isEqualTo(Spelling.editDistance(b, a));
        assertThat(Spelling.editDistance(a, c))
                .isLessThanOrEqualTo(Spelling.editDistance(a, b) + Spelling.editDistance(b, c));
        assertThat(Spelling.editDistance(a, a + "x")).isEqualTo(1);
    }
}
