package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParallelTextTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void pairsLinesAndLeavesOutEmptyOnes() throws IOException {
        ParallelText text = ParallelText.ofFiles(file("a", "one\n\nthree\nfour\n"), file("b", "eins\nzwei\n \nvier"));
        assertThat(text.sources()).containsExactly("one", "four");
        assertThat(text.targets()).containsExactly("eins", "vier");
        assertThat(text.emptyPairs()).isEqualTo(2);
    }

    @Test
    void readsTablesAndRecords() throws IOException {
        ParallelText table = ParallelText.ofTsv(file("t.tsv", "one\teins\nthree\tdrei\trest\n"));
        assertThat(table.targets()).containsExactly("eins", "drei");
        ParallelText records = ParallelText.ofJsonLines(
                file("r.jsonl", "{\"en\": [\"one\", \"two\"], \"de\": \"eins zwei\"}\n"), "en", "de");
        assertThat(records.sources()).containsExactly("one two");
    }

    @Test
    void saysWhatIsWrongAndWhere() throws IOException {
        Path three = file("three", "1\n2\n3\n");
        Path two = file("two", "1\n2\n");
        assertThatThrownBy(() -> ParallelText.ofFiles(three, two))
                .isInstanceOf(DataException.class)
                .hasMessage(three + " has 3 lines, but " + two
                        + " has 2: line i of one must belong to line i of the other");
        Path latin = Files.write(folder.resolve("latin"), new byte[] {'a', '\n', (byte) 0xE4, '\n'});
        assertThatThrownBy(() -> ParallelText.ofFiles(latin, two)).hasMessageContaining("byte 2 (0xE4)");
        Path narrow = file("narrow.tsv", "one\teins\ntwo\n");
        assertThatThrownBy(() -> ParallelText.ofTsv(narrow))
                .hasMessage(narrow + ", line 2: has no tab between source and target");
        Path record = file("x.jsonl", "{\"a\": 1}\n");
        assertThatThrownBy(() -> ParallelText.ofJsonLines(record, "en", "de"))
                .hasMessage(record + ", line 1: has no text in field \"en\"; its fields are [a]");
    }

    @Test
    void theDecoderSeesTheTargetOneTokenLate() {
        Seq2SeqDataset dataset = new Seq2SeqDataset(
                List.of(new int[] {7, 8, 2}, new int[] {9, 2}), List.of(new int[] {5, 6, 2}, new int[] {2}), 1);
        Batch batch = Batch.of(List.of(dataset.get(0, 0), dataset.get(0, 1)));

        assertThat(batch.inputIds()).containsExactly(7, 8, 2, 9, 2);
        assertThat(batch.decoder()).isNotNull();
        assertThat(batch.decoder().inputIds()).containsExactly(1, 5, 6, 1);
        assertThat(batch.decoder().labels()).containsExactly(5, 6, 2, 2);
        assertThat(batch.labelledTokens()).isEqualTo(4);
        assertThat(batch.processedTokens()).isEqualTo(9);
        assertThat(batch.split(2))
                .extracting(part -> part.decoder().totalTokens())
                .containsExactly(3, 1);
        assertThat(dataset.tokens()).isEqualTo(9);
    }

    @Test
    void everyPairHasTwoSides() {
        assertThatThrownBy(() -> new Seq2SeqDataset(List.of(new int[] {1}), List.of(new int[0]), 1))
                .hasMessage("pair 0 has an empty side");
        assertThatThrownBy(() -> new Seq2SeqDataset(List.of(new int[] {1}), List.of(), 1))
                .hasMessage("as many targets as sources are needed, at least one, not 0 and 1");
    }

    @Test
    void linesComeBeforeTheirStreamHasEnded() {
        // a terminal: the second read would wait
        InputStream terminal = new InputStream() {
            private final byte[] typed = "ein Satz\n".getBytes(StandardCharsets.UTF_8);
            private int position;

            @Override
            public int read() {
                if (position == typed.length) {
                    throw new AssertionError("read on though a line was there");
                }
                return typed[position++];
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (position == typed.length) {
                    throw new AssertionError("read on though a line was there");
                }
                int count = Math.min(length, typed.length - position);
                System.arraycopy(typed, position, target, offset, count);
                position += count;
                return count;
            }

            @Override
            public int available() {
                return typed.length - position;
            }
        };
        try (TextLines lines = TextLines.of("terminal", terminal)) {
            assertThat(lines.next()).isEqualTo("ein Satz");
        }
    }
}
