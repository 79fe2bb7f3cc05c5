package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.bert.BertForMaskedLM;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From labelled files to a served model. */
class FineTuneCommandTest {
    private static final String ROWS =
            "the cat sat\tanimal\nthe bank has money\tmoney\na cat sat down\tanimal\nmoney\tmoney\n";

    @TempDir
    private static Path folder;

    private static String encoder;
    private static String rows;

    @BeforeAll
    static void makeEncoder() throws IOException {
        Path data = Files.writeString(folder.resolve("rows.tsv"), ROWS);
        Path bert = folder.resolve("bert");
        TinyBert.make(bert, BertForMaskedLM::new, 16, 1, data);
        encoder = bert.toString();
        rows = data.toString();
    }

    @Test
    void severalSeedsHaveATable() {
        Path out = folder.resolve("seeds");
        CommandLineRun run = t4j(
                "finetune",
                "--task",
                "text-classification",
                "--model",
                encoder,
                "--train",
                rows,
                "--test",
                rows,
                "--out",
                out.toString(),
                "--epochs",
                "2",
                "--seeds",
                "1,2");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("| score | seed 1 | seed 2 | mean ± deviation |", "| accuracy |", "| matthews |");
        assertThat(out.resolve("seed-2")).isDirectoryContaining("glob:**/{config.json,confusion.png,loss.png}");
        assertThat(out.resolve("results.json")).isNotEmptyFile();
    }

    @Test
    void aHeadOnFeaturesIsServedLikeAWholeModel() {
        Path out = folder.resolve("features");
        CommandLineRun run = t4j(
                "finetune",
                "--task",
                "text-classification",
                "--mode",
                "features",
                "--head",
                "mlp",
                "--model",
                encoder,
                "--train",
                rows,
                "--out",
                out.toString(),
                "--epochs",
                "2");
        assertThat(run.exitCode()).as(run.err()).isZero();
        CommandLineRun served = t4j("classify", out.toString(), "the cat");
        assertThat(served.out()).startsWith("{\"text\":\"the cat\",\"result\":{\"scores\":[{\"label\":");
    }

    @Test
    void aRowWithoutLabelIsNamed() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.tsv"), "a\tx\nb\n");
        CommandLineRun run = t4j(
                "finetune",
                "--task",
                "text-classification",
                "--model",
                encoder,
                "--train",
                broken.toString(),
                "--out",
                folder.resolve("none").toString());
        assertThat(run.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(run.err()).contains("broken.tsv, line 2: has 1 column, but the label stands in column 2");
    }

    /** Before the training, not behind it. */
    @Test
    void anUnknownLabelOfTheTestDataIsNamedAtOnce() throws IOException {
        Path other = Files.writeString(folder.resolve("other.tsv"), "the cat\tplant\n");
        Path out = folder.resolve("unjudged");
        CommandLineRun run = finetune(out, "--test", other.toString());
        assertThat(run.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(run.err()).contains("other.tsv, line 1: has the label \"plant\", but known are");
        assertThat(out).doesNotExist();
    }

    private static CommandLineRun finetune(Path out, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("finetune", "--model", encoder, "--out", out.toString(), "--threads", "2"));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--epochs")) {
            arguments.addAll(List.of("--epochs", "2"));
        }
        if (!arguments.contains("--train")) {
            arguments.addAll(List.of("--train", rows));
        }
        if (!arguments.contains("--task")) {
            arguments.addAll(List.of("--task", "text-classification"));
        }
        return t4j(arguments.toArray(String[]::new));
    }

    @Test
    void anAdapterIsServedAndMerged() throws IOException {
        Path out = folder.resolve("adapter");
        CommandLineRun run =
                finetune(out, "--lora", "2", "--lora-targets", "query,attention.output.dense", "--test", rows);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        assertThat(out.resolve("model.safetensors")).doesNotExist();
        assertThat(Files.readString(out.resolve("adapter_config.json")))
                .contains("\"attention.output.dense\"", "\"r\": 2", "\"lora_alpha\": 4");
        Path whole = folder.resolve("whole");
        CommandLineRun merged = t4j("merge-adapter", out.toString(), "--out", whole.toString());
        assertThat(merged.exitCode()).as(merged.err()).isZero();
        assertThat(whole.resolve("model.safetensors")).exists();
        String ofAdapter = t4j("classify", out.toString(), "the cat").out();
        assertThat(ofAdapter).startsWith("{\"text\":\"the cat\",\"result\":{\"scores\":[{\"label\":");
        assertThat(t4j("classify", whole.toString(), "the cat").out().substring(0, 80))
                .isEqualTo(ofAdapter.substring(0, 80));
        assertThat(t4j(
                                "merge-adapter",
                                whole.toString(),
                                "--out",
                                folder.resolve("again").toString())
                        .err())
                .contains("whole has no adapter");
    }

    /** Four rows in batches of one: two steps of two batches in each of two epochs. */
    @Test
    void aStepMayHaveSeveralBatches() throws IOException {
        Path out = folder.resolve("accumulated");
        CommandLineRun run = finetune(
                out,
                "--batch-size",
                "1",
                "--gradient-accumulation-steps",
                "2",
                "--lr-scheduler",
                "constant",
                "--warmup-ratio",
                "0",
                "--learning-rate",
                "0.001",
                "--logging-steps",
                "1",
                "--gradient-checkpointing");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(out.resolve("metrics.jsonl")))
                .filteredOn(line -> line.contains("\"learning_rate\":0.001,"))
                .hasSize(4);
    }

    @Test
    void resumesWhereItStopped() {
        Path out = folder.resolve("resumed");
        assertThat(finetune(out, "--resume").out()).contains("no complete checkpoint yet", "2 steps");
        CommandLineRun again = finetune(out, "--epochs", "4", "--resume");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("4 steps").doesNotContain("no complete checkpoint");
        assertThat(out.resolve("checkpoint-4")).isDirectory();
        assertThat(finetune(out).err()).contains("belongs to an earlier run");
        assertThat(finetune(out, "--mode", "features", "--resume").err()).contains("has nothing to resume");
    }

    /** As Ctrl-C: the last complete step is saved, and the same command goes on from there. */
    @Test
    void aStoppedRunCanBeResumed() throws IOException, InterruptedException {
        Path out = folder.resolve("stopped");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        T4j.class.getName(),
                        "finetune",
                        "--task",
                        "text-classification",
                        "--model",
                        encoder,
                        "--train",
                        rows,
                        "--out",
                        out.toString(),
                        "--threads",
                        "2",
                        "--epochs",
                        "1000000",
                        "--save-steps",
                        "5")
                .redirectErrorStream(true)
                .start();
        String saved;
        try (BufferedReader output = process.inputReader()) {
            awaitLine(output, "saved .*checkpoint-5");
            process.toHandle().destroy(); // Process.destroy would close the output too
            saved = awaitLine(output, "stopped: step \\d+ is saved; go on with the same command and --resume");
            assertThat(process.waitFor()).isEqualTo(T4j.INTERRUPTED);
        } finally {
            process.destroyForcibly();
        }
        int step = Integer.parseInt(saved.replaceAll("\\D+", ""));
        assertThat(out.resolve("checkpoint-" + step)).isDirectory();
        CommandLineRun resumed = finetune(out, "--epochs", Integer.toString(step + 2), "--resume");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out())
                .contains(String.format(Locale.ROOT, "%,d steps", step + 2))
                .doesNotContain("no complete checkpoint");
    }

    private static String awaitLine(BufferedReader output, String wanted) throws IOException {
        List<String> seen = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.matches(wanted)) {
                return line;
            }
            seen.add(line);
        }
        throw new AssertionError("no line like " + wanted + " in " + seen);
    }

    @Test
    void searchesAGridAndTrainsTheBest() throws IOException {
        Path grid = Files.writeString(folder.resolve("grid.yaml"), "learningRate: [1e-9, 5e-3]\nbatch-size: [1, 4]\n");
        Path out = folder.resolve("searched");
        CommandLineRun run = finetune(
                out,
                "--epochs",
                "20",
                "--validation",
                rows,
                "--test",
                rows,
                "--search",
                grid.toString(),
                "--search-method",
                "halving",
                "--trials",
                "4",
                "--seeds",
                "1,2");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("| learning-rate | batch-size | epochs | score |", "best --learning-rate: 0.005", "seed 2");
        // 4 points with 1 epoch, 2 with 2, then 1 each with 4, 8, 16 and 20
        assertThat(Files.readString(out.resolve("search.md")).lines()).hasSize(2 + 4 + 2 + 4);
        assertThat(out.resolve("seed-2/model.safetensors")).exists();
        assertThat(out).isDirectoryNotContaining("glob:**/trial-*");
    }

    @Test
    void badGridsAreRefused() throws IOException {
        Path grid = Files.writeString(folder.resolve("bad.yaml"), "learning-rat: [1e-3]\n");
        Path out = folder.resolve("bad");
        assertThat(finetune(out, "--validation", rows, "--search", grid.toString())
                        .err())
                .contains("bad.yaml: 'learning-rat' can't be searched: did you mean 'learning-rate'?");
        Files.writeString(grid, "learning-rate: 1e-3\n");
        assertThat(finetune(out, "--validation", rows, "--search", grid.toString())
                        .err())
                .contains("'learning-rate' must be a list of values");
        Files.writeString(grid, "learning-rate: [fast]\n");
        assertThat(finetune(out, "--validation", rows, "--search", grid.toString())
                        .err())
                .contains("'fast' is not a double");
        assertThat(finetune(out, "--search", grid.toString()).err()).contains("give --validation");
    }

    @Test
    void sentencesOfOneMeaningBecomeAnEmbedder() throws IOException {
        Path pairs = Files.writeString(
                folder.resolve("pairs.tsv"), "the cat sat\ta cat sat down\nthe bank has money\tmoney\n");
        Path scored = Files.writeString(
                folder.resolve("sts.tsv"), "the cat\tthe cat\t5\nthe cat\tmoney\t1\nmoney\ta cat\t0\n");
        Path out = folder.resolve("embedder");
        CommandLineRun run = finetune(
                out,
                "--task",
                "similarity",
                "--train",
                pairs.toString(),
                "--test",
                scored.toString(),
                "--pooling",
                "cls");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("| spearman |", "| pearson |");
        assertThat(Files.readString(out.resolve("1_Pooling/config.json")))
                .contains("\"pooling_mode_cls_token\" : true");
        assertThat(t4j("embed", out.toString(), "the cat").out()).startsWith("{\"text\":\"the cat\",\"embedding\":[");
    }
}
