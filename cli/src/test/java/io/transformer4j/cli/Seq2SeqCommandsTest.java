package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From pairs of texts to a model, its translations and their scores: words are to be translated one by one. */
class Seq2SeqCommandsTest {
    private static final String[] ENGLISH = {"dog", "cat", "house", "tree", "river", "child"};
    private static final String[] GERMAN = {"Hund", "Katze", "Haus", "Baum", "Fluss", "Kind"};

    @TempDir
    private static Path folder;

    private static Path source;
    private static Path target;
    private static Path run;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        List<String> english = new ArrayList<>();
        List<String> german = new ArrayList<>();
        for (int i = 0; i < 36; i++) {
            english.add("a " + ENGLISH[i % 6] + " and a " + ENGLISH[i / 6] + ".");
            german.add("Ein " + GERMAN[i % 6] + " und ein " + GERMAN[i / 6] + ".");
        }
        source = Files.write(folder.resolve("train.en"), english);
        target = Files.write(folder.resolve("train.de"), german);
        run = folder.resolve("run");
        CommandLineRun training = t4j(
                "train-seq2seq",
                "--source=" + source,
                "--target=" + target,
                "--valid-source=" + source,
                "--valid-target=" + target,
                "--out=" + run,
                "--lowercase",
                "--vocab-size=320",
                "--d-model=32",
                "--encoder-layers=1",
                "--decoder-layers=1",
                "--heads=2",
                "--dropout=0",
                "--max-length=24",
                "--learning-rate=0.01",
                "--warmup-steps=10",
                "--max-steps=120",
                "--eval-steps=40",
                "--save-steps=40",
                "--save-total-limit=0",
                "--best-metric=bleu",
                "--ema-decay=0.9");
        assertThat(training.exitCode()).as(training.err()).isZero();
        assertThat(training.out()).contains("; best validation bleu ");
        model = folder.resolve("averaged");
        CommandLineRun averaging = t4j("average-checkpoints", run.toString(), "--last=2", "--out=" + model);
        assertThat(averaging.out()).isEqualToIgnoringNewLines("the mean of 2 checkpoints is in " + model);
    }

    @ParameterizedTest
    @ValueSource(strings = {"translate", "summarize", "evaluate", "average-checkpoints", "train-seq2seq"})
    void explainThemselvesWithExamples(String command) {
        CommandLineRun help = t4j(command, "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .startsWith("Usage: t4j " + command)
                .contains("Examples:", "  t4j " + command, "--config");
    }

    @Test
    void linesOfAFileKeepTheirOrder() throws IOException {
        Path out = folder.resolve("test.out");
        CommandLineRun translation =
                t4j("translate", model.toString(), "--file=" + source, "--num-beams=2", "--out=" + out);
        assertThat(translation.exitCode()).as(translation.err()).isZero();

        CommandLineRun bleu = t4j(
                "evaluate",
                "--metric=bleu,ter",
                "--lowercase",
                "--hypotheses=" + out,
                "--references=" + target,
                "--bootstrap=100",
                "--seed=1");
        assertThat(bleu.out())
                .startsWith("BLEU|nrefs:1|bs:100|seed:1|case:lc|eff:no|tok:13a|smooth:exp|version:2.6.0 = ")
                .contains("TER|nrefs:1|bs:100|seed:1|case:lc|tok:tercom|");
        double score = Double.parseDouble(bleu.out().replaceAll("(?s).*?smooth\\S+ = ([0-9.]+) .*", "$1"));
        assertThat(score).as(Files.readString(out)).isGreaterThan(80);
        assertThat(score(t4j("evaluate", "--metric=bleu", "--hypotheses=" + out, "--references=" + target)
                        .out()))
                .as("case counts")
                .isLessThan(score - 20);
    }

    private static double score(String out) {
        return Double.parseDouble(out.replaceAll("(?s).* = ([0-9.]+)\\s*", "$1"));
    }

    @Test
    void standardInputMayHaveBlankLinesAndNBestTheirScores() {
        CommandLineRun translation = withInput(
                "a dog and a tree.\n\na cat and a river.\n", "translate", model.toString(), "--n-best=2", "--scores");
        assertThat(translation.exitCode()).as(translation.err()).isZero();
        List<String> lines = translation.out().lines().toList();
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).matches("-?\\d+\\.\\d{4}\tein .*");
        assertThat(lines.subList(2, 4)).containsExactly("\t", "\t");
    }

    @Test
    void attentionIsPrintedAndDrawn() {
        Path pictures = folder.resolve("pictures");
        CommandLineRun translation =
                t4j("translate", model.toString(), "a dog and a tree.", "--alignment", "--heat-maps=" + pictures);
        assertThat(translation.exitCode()).as(translation.err()).isZero();
        assertThat(translation.out().lines().toList()).hasSize(2);
        assertThat(translation.out().lines().toList().get(1))
                .startsWith("  ein=")
                .contains("</s>=");
        assertThat(pictures.resolve("0001.png")).isNotEmptyFile();
    }

    @Test
    void longLinesAreTruncatedWithOneWarningOrSplit() {
        String text = "a dog and a tree. ".repeat(20);
        CommandLineRun cut = withInput(text + "\na dog.\n" + text + "\n", "translate", model.toString());
        assertThat(cut.exitCode()).isZero();
        assertThat(cut.out().lines()).hasSize(3);
        assertThat(cut.err())
                .containsOnlyOnce("2 texts had more tokens than the model has positions: their ends were left out");
        CommandLineRun split = withInput(text + "\n", "summarize", model.toString(), "--long-texts=split");
        assertThat(split.err()).isEmpty();
        assertThat(split.out().lines()).hasSize(1);
        CommandLineRun refused = withInput(text + "\n", "translate", model.toString(), "--long-texts=refuse");
        assertThat(refused.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(refused.err()).contains("max_position_embeddings is 24");
    }

    @Test
    void wrongEncodingIsNamedByItsByteAndNothingIsWritten() throws IOException {
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', '\n', 'b', (byte) 0xE4, '\n'});
        Path out = folder.resolve("latin.out");
        CommandLineRun translation = t4j("translate", model.toString(), "--file=" + latin, "--out=" + out);
        assertThat(translation.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(translation.err()).contains(latin.toString(), "byte 3 (0xE4)");
        assertThat(out).doesNotExist();
    }

    @Test
    void differentNumbersOfLinesAreNamed() throws IOException {
        Path shorter = Files.writeString(folder.resolve("shorter.txt"), "eins\nzwei\n");
        CommandLineRun evaluation =
                t4j("evaluate", "--metric=chrf", "--hypotheses=" + shorter, "--references=" + target);
        assertThat(evaluation.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(evaluation.err()).contains(shorter + " has 2 lines, but 36 are needed for those of " + target);
    }

    @Test
    void ofNBestTheFirstIsMeasuredAndBesideItTheBest() throws IOException {
        Path best =
                Files.writeString(folder.resolve("n.best"), "-0.1\ta b c d\n-0.2\ta b c d e\n-0.3\tx\n-0.4\tf g h i\n");
        Path wanted = Files.writeString(folder.resolve("wanted"), "a b c d e\nf g h i\n");
        CommandLineRun evaluation =
                t4j("evaluate", "--metric=ter", "--n-best=2", "--hypotheses=" + best, "--references=" + wanted);
        assertThat(evaluation.out()).contains(" = 55.56", "best of 2 by the references: 0.00");
    }

    @Test
    void perplexityIsThatOfTheValidation() {
        CommandLineRun perplexity =
                t4j("evaluate", "--metric=perplexity", "--model=" + model, "--source=" + source, "--target=" + target);
        assertThat(perplexity.exitCode()).as(perplexity.err()).isZero();
        double value = Double.parseDouble(
                perplexity.out().replaceAll("(?s)perplexity\\|per target token = ([0-9.]+) .*", "$1"));
        assertThat(value).isBetween(1.0, 2.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bpe", "wordpiece", "unigram"})
    void aModelThatLearntToRestoreTextsGoesOnWithPairs(String tokenizerType) {
        Path restored = folder.resolve("restored-" + tokenizerType);
        Path tuned = folder.resolve("tuned-" + tokenizerType);
        CommandLineRun pretraining = t4j(
                "train-seq2seq",
                "--objective=denoise",
                "--family=bart",
                "--source=" + source,
                "--valid-source=" + source,
                "--out=" + restored,
                "--tokenizer-type=" + tokenizerType,
                "--vocab-size=300",
                "--d-model=16",
                "--encoder-layers=1",
                "--decoder-layers=1",
                "--heads=2",
                "--max-length=24",
                "--max-steps=4");
        assertThat(pretraining.exitCode()).as(pretraining.err()).isZero();
        CommandLineRun tuning = goOn(restored, tuned, "--max-steps=2");
        assertThat(tuning.exitCode()).as(tuning.err()).isZero();
        CommandLineRun resized = goOn(restored, tuned, "--dropout=0.3");
        assertThat(resized.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(resized.err())
                .contains("--dropout describes a new model, but that of --model has its own architecture");
        CommandLineRun relearnt = goOn(restored, tuned, "--vocab-size=500");
        assertThat(relearnt.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(relearnt.err())
                .contains("--vocab-size describes a new vocabulary, but the model of --model has its own");
        CommandLineRun translation = t4j("translate", tuned.toString(), "a dog.", "--max-new-tokens=4");
        assertThat(translation.exitCode()).as(translation.err()).isZero();
    }

    private static CommandLineRun goOn(Path model, Path out, String option) {
        return t4j(
                "train-seq2seq",
                "--model=" + model,
                "--source=" + source,
                "--target=" + target,
                "--out=" + out,
                option);
    }

    @Test
    void textsToRestoreMayBeThoseOfPairs() {
        String[] sizes = {"--vocab-size=300", "--d-model=16", "--encoder-layers=1", "--decoder-layers=1", "--heads=2"};
        List<String> arguments = new ArrayList<>(List.of("train-seq2seq", "--objective=denoise", "--max-steps=1"));
        arguments.addAll(List.of(sizes));
        arguments.addAll(List.of("--source=" + source, "--out=" + folder.resolve("one-side")));
        CommandLineRun oneSide = t4j(arguments.toArray(String[]::new));
        assertThat(oneSide.exitCode()).as(oneSide.err()).isZero();
        arguments.set(arguments.size() - 1, "--out=" + folder.resolve("both-sides"));
        arguments.add("--target=" + target);
        CommandLineRun bothSides = t4j(arguments.toArray(String[]::new));
        assertThat(bothSides.exitCode()).as(bothSides.err()).isZero();
        assertThat(examples(bothSides)).isEqualTo(2 * examples(oneSide));
        CommandLineRun none = t4j("train-seq2seq", "--objective=denoise", "--out=x");
        assertThat(none.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(none.err()).contains("training texts are needed: give --source, or --pairs for both sides");
    }

    private static int examples(CommandLineRun run) {
        Matcher count = Pattern.compile("([0-9,]+) examples").matcher(run.out() + run.err());
        assertThat(count.find()).as(run.out()).isTrue();
        return Integer.parseInt(count.group(1).replace(",", ""));
    }

    private static CommandLineRun withInput(String input, String... args) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return t4j(args);
        } finally {
            System.setIn(before);
        }
    }
}
