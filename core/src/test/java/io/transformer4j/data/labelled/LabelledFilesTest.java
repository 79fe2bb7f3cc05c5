package io.transformer4j.data.labelled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.transformer4j.data.DataException;
import io.transformer4j.testing.SharedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledFilesTest {
    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void tsvWithoutHeaderHasTextFirstAndLabelLast() throws IOException {
        Path file = file("a.tsv", "it \"works\t1\nso \"it\" does\t0");
        assertThat(LabelledFile.read(file, LabelledFile.Columns.DEFAULT))
                .extracting(LabelledText::text, row -> row.labels().get(0))
                .containsExactly(tuple("it \"works", "1"), tuple("so \"it\" does", "0"));
    }

    @Test
    void csvHasNamedColumnsAndQuotedLines() throws IOException {
        Path file = file("a.csv", "id,label,premise,hypothesis\n1,yes,\"one,\ntwo\",b\n2,no,c\n");
        LabelledFile.Columns columns = new LabelledFile.Columns("premise", "hypothesis", "label");
        assertThatThrownBy(() -> LabelledFile.read(file, columns))
                .isInstanceOf(DataException.class)
                .hasMessage(file + ", line 4: has 3 columns, but the second text stands in column 4");
        LabelledText first = LabelledFile.read(file, new LabelledFile.Columns("premise", null, "label"))
                .get(0);
        assertThat(first).isEqualTo(new LabelledText(file, 2, "one,\ntwo", null, List.of("yes")));
    }

    @Test
    void jsonLinesHaveListsOfLabels() throws IOException {
        Path file = file(
                "a.jsonl",
                "{\"text\":\"a\",\"label\":[\"x\",\"y\"]}\n\n{\"text\":\"b\",\"label\":3}\n{\"text\":\"c\"}\n");
        assertThatThrownBy(() -> LabelledFile.read(file, LabelledFile.Columns.DEFAULT))
                .hasMessage(file + ", line 4: has no label in field \"label\"");
        Path good = file("b.jsonl", "{\"text\":\"a\",\"label\":[\"x\",\"y\"]}\n\n{\"text\":\"b\",\"label\":3}");
        assertThat(LabelledFile.read(good, LabelledFile.Columns.DEFAULT))
                .extracting(LabelledText::labels)
                .containsExactly(List.of("x", "y"), List.of("3"));
        Path otherEnding = file("c.ndjson", "{\"text\":\"a\",\"label\":\"x\"}\n");
        assertThat(LabelledFile.read(otherEnding, LabelledFile.Columns.DEFAULT))
                .extracting(LabelledText::text)
                .containsExactly("a");
    }

    @Test
    void emptyCellsAndFilesAreErrorsWithALine() throws IOException {
        Path file = file("a.tsv", "text\tlabel\na\t1\n \t0\n");
        assertThatThrownBy(() -> LabelledFile.read(file, LabelledFile.Columns.DEFAULT))
                .hasMessage(file + ", line 3: the text (column 1) is empty");
        Path one = file("b.tsv", "only a text\n");
        assertThatThrownBy(() -> LabelledFile.read(one, LabelledFile.Columns.DEFAULT))
                .hasMessage(one + ", line 1: has 1 column, but the label stands in column 2");
        Path none = file("c.tsv", "\n");
        assertThatThrownBy(() -> LabelledFile.read(none, LabelledFile.Columns.DEFAULT))
                .hasMessage(none + ": has no rows");
    }

    @Test
    void conllSentencesEndAtBlankLinesOfAnyKind() throws IOException {
        Path file = file("a.conll", "# a comment\n-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n \t \nx\tO\n");
        assertThat(ConllFile.read(file))
                .containsExactly(
                        new TaggedSentence(file + ", line 4", List.of("EU", "rejects"), List.of("B-ORG", "O")),
                        new TaggedSentence(file + ", line 7", List.of("x"), List.of("O")));
        Path broken = file("b.conll", "a\tO\nb\n");
        assertThatThrownBy(() -> ConllFile.read(broken))
                .hasMessage(broken + ", line 2: needs a word and a tag in two columns, but is \"b\"");
    }

    @Test
    void wnutHasAsManySentencesAndWordsAsItsAuthorsSay() {
        List<TaggedSentence> train = ConllFile.read(SharedFiles.require("data/ner/wnut17/train.conll"));
        assertThat(train).hasSize(3394);
        assertThat(train.stream().mapToInt(sentence -> sentence.words().size()).sum())
                .isEqualTo(62_730);
    }

    @Test
    void splitsKeepTheSharesOfTheClasses() {
        List<Integer> rows = IntStream.range(0, 1000).boxed().toList();
        Split<Integer> split = Split.stratified(rows, row -> row % 10 == 0 ? "rare" : "common", 0.2, 1);
        assertThat(split.heldOut())
                .hasSize(200)
                .filteredOn(row -> row % 10 == 0)
                .hasSize(20);
        assertThat(split.train()).hasSize(800).doesNotContainAnyElementsOf(split.heldOut());
        assertThat(Split.stratified(rows, row -> "", 0.2, 1)).isEqualTo(Split.stratified(rows, row -> "", 0.2, 1));
    }

    @Test
    void squadAnswersStandWhereTheySay() throws IOException {
        String json = """
                {"data": [{"paragraphs": [{"context": "\\ud83d\\ude00 Ada lived in London.", "qas": [
                  {"id": "q", "question": "Where?", "answers": [{"text": "London", "answer_start": %d}]}]}]}]}
                """;
        AnsweredQuestion question =
                SquadFile.read(file("a.json", json.formatted(15))).get(0);
        AnsweredQuestion.Answer answer = question.answers().get(0);
        assertThat(question.context().substring(answer.start(), answer.end())).isEqualTo("London");
        Path wrong = file("b.json", json.formatted(3));
        assertThatThrownBy(() -> SquadFile.read(wrong))
                .hasMessage(
                        wrong + ": the answer \"London\" of question q doesn't stand at character 3 of its context");
    }
}
