package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ConfigFileTest {

    private record Outcome(int exitCode, String out, String err) {}

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("run.yaml");
    }

    @Test
    void keysInBothStylesAndListsBecomeOptions() throws IOException {
        Files.writeString(file, """
                # a comment
                data: [a.txt, "b c.txt"]
                maxSteps: 2000
                learning-rate: 1e-3
                lrSchedule: cosine
                shuffle: false
                whole-word: true
                runName: first run
                """);

        assertThat(train("--config", file.toString()).out)
                .isEqualToIgnoringNewLines("data=[a.txt, b c.txt] maxSteps=2000 learningRate=0.001 schedule=COSINE"
                        + " shuffle=false wholeWord=true runName=first run");
    }

    @Test
    void flagsOverrideTheFileAndTheFileOverridesDefaults() throws IOException {
        Files.writeString(file, "data: a.txt\nmaxSteps: 2000\nshuffle: false\nlearningRate: 0.01\n");

        assertThat(train("--max-steps", "7", "--config=" + file, "--shuffle", "--data", "x,y").out)
                .startsWith("data=[x, y] maxSteps=7 learningRate=0.01 schedule=LINEAR shuffle=true");
    }

    @Test
    void anEmptyFileOrValueLeavesTheDefault() throws IOException {
        Files.writeString(file, "# nothing\nmaxSteps:\n");

        assertThat(train("--config", file.toString(), "--data", "a").out).contains("maxSteps=100");
        Files.writeString(file, "");
        assertThat(train("--config", file.toString(), "--data", "a").out).contains("maxSteps=100");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    maxStep: 5           | run.yaml, line 2: unknown key 'maxStep': did you mean 'maxSteps'?
                    max-stepps: 5        | run.yaml, line 2: unknown key 'max-stepps': did you mean 'max-steps'?
                    config: other.yaml   | run.yaml, line 2: unknown key 'config': did you mean
                    maxSteps: many       | run.yaml, line 2: maxSteps: 'many' is not an int
                    max-steps: 1.5       | run.yaml, line 2: max-steps: '1.5' is not an int
                    maxSteps: [1, 2]     | run.yaml, line 2: maxSteps takes one value, not a list
                    maxSteps: {a: 1}     | run.yaml, line 2: maxSteps must be a value or a list of values
                    wholeWord: maybe     | run.yaml, line 2: wholeWord must be true or false, not 'maybe'
                    data: b.txt          | run.yaml, line 2: data is given twice
                    lrSchedule: square   | run.yaml, line 2: lrSchedule: expected one of [LINEAR, COSINE] (case-insensitive) but was 'square'
                    'maxSteps: "3'       | run.yaml, line 2: not valid YAML:
                    just text            | run.yaml, line
                    """)
    void aWrongFileIsOneSentenceWithItsLine(String line, String sentence) throws IOException {
        Files.writeString(file, "data: a.txt\n" + line + "\n");

        Outcome outcome = train("--config", file.toString());

        assertThat(outcome.exitCode).isEqualTo(T4j.USAGE);
        assertThat(outcome.err.replace(folder + "/", "")).startsWith("t4j train: " + sentence);
        assertThat(outcome.err.strip().lines()).hasSize(1);
        assertThat(outcome.out).isEmpty();
    }

    @Test
    void aWrongFlagIsNotBlamedOnTheFile() throws IOException {
        Files.writeString(file, "data: a.txt\nmaxSteps: 5\n");

        assertThat(train("--config", file.toString(), "--max-steps", "few").err)
                .startsWith("t4j train: Invalid value for option '--max-steps': 'few' is not an int");
    }

    @Test
    void aMissingFileAndAMissingNameAreWrongUsage() {
        assertThat(train("--config", file.toString()).err)
                .isEqualToIgnoringNewLines("t4j train: " + file + ": no such file or folder (see t4j train --help)");
        assertThat(train("--config").err).startsWith("t4j train: Missing required parameter for option '--config'");
    }

    @Test
    void theResolvedConfigurationIsPrintedAndReadsBack() throws IOException {
        Files.writeString(file, "data: [a.txt, b.txt]\nmaxSteps: 2000\nrunName: \"no\"\n");

        Outcome printed = train("--config", file.toString(), "--learning-rate", "0.25", "--print-config");

        assertThat(printed.exitCode).isZero();
        assertThat(printed.out).doesNotContain("verbose", "config", "help").contains("learningRate: 0.25");
        Files.writeString(file, printed.out);
        assertThat(train("--config", file.toString(), "--print-config").out).isEqualTo(printed.out);
        assertThat(train("--config", file.toString()).out)
                .isEqualToIgnoringNewLines("data=[a.txt, b.txt] maxSteps=2000 learningRate=0.25 schedule=LINEAR"
                        + " shuffle=true wholeWord=false runName=no");
    }

    private static Outcome train(String... args) {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream stdout = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            CommandLine commandLine =
                    SampleCli.commandLine().setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
            String[] all = new String[args.length + 1];
            all[0] = "train";
            System.arraycopy(args, 0, all, 1, args.length);
            int exitCode = T4j.run(commandLine, all);
            return new Outcome(exitCode, out + printed.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(stdout);
        }
    }
}
