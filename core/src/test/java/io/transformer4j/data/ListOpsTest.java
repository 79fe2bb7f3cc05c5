package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.testing.SharedFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListOpsTest {
    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "[MAX 4 3 [MIN 2 3 ] 1 0 ], 4",
        "[MIN 4 3 [MAX 2 5 ] ], 3",
        "[MED 9 2 ], 5",
        "[MED 3 1 8 ], 3",
        "[SM 9 9 [SM 4 ] ], 2",
        "( ( ( [MAX 2 ) 9 ) ] ), 9"
    })
    void valuesByHand(String expression, int value) {
        assertThat(ListOps.parse(expression).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d20a.tsv.gz", "d20s.tsv.gz"})
    void thePublishedLabels(String name) throws IOException {
        Path file = SharedFiles.require("data/cls/listops/" + name);
        int lines = 0;
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int tab = line.indexOf('\t');
                assertThat(ListOps.parse(line.substring(tab + 1)).value())
                        .as(line)
                        .isEqualTo(Integer.parseInt(line.substring(0, tab)));
                lines++;
            }
        }
        assertThat(lines).isEqualTo(10_000);
    }

    @Test
    void generatedOnesAreLongAndRight() {
        ListOps generator = ListOps.LONG_RANGE_ARENA;
        Set<Integer> values = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ListOps.Expression expression = generator.get(42, i);
            assertThat(expression.tokens()).hasSizeBetween(500, 2000);
            assertThat(ListOps.parse(expression.toString())).satisfies(parsed -> {
                assertThat(parsed.value()).isEqualTo(expression.value());
                assertThat(parsed.tokens()).isEqualTo(expression.tokens());
            });
            values.add(expression.value());
        }
        assertThat(values).hasSizeGreaterThan(5);
        assertThat(generator.get(42, 3).tokens()).isEqualTo(generator.get(42, 3).tokens());
        assertThat(generator.get(43, 3).tokens())
                .isNotEqualTo(generator.get(42, 3).tokens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[MAX 1 2", "[MAX ]", "]", "1 2", "[AVG 1 2 ]", "[MAX 1 ] ]"})
    void whatIsNoExpressionIsRefused(String text) {
        assertThatThrownBy(() -> ListOps.parse(text)).isInstanceOf(DataException.class);
    }
}
