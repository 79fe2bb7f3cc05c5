package io.transformer4j.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/adding-a-model.md} quotes stands in the sources, line by line. */
class AddingAModelTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern QUOTE = Pattern.compile("<!-- (\\S+) -->\\n```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void quotesAreTrue() throws IOException {
        Matcher matcher = QUOTE.matcher(Files.readString(ROOT.resolve("docs/adding-a-model.md")));
        int quotes = 0;
        while (matcher.find()) {
            quotes++;
            assertThat(Files.readString(ROOT.resolve(matcher.group(1)))).contains(matcher.group(2));
        }
        assertThat(quotes).isGreaterThan(4);
    }
}
