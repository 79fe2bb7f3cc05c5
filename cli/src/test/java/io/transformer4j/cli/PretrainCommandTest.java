package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a text file to a model that answers, by commands alone. */
class PretrainCommandTest {
    @TempDir
    private Path folder;

    private Path corpus;

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = folder.resolve("corpus.txt");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            text.append("The cat number ").append(i).append(" sat on the mat. It looked at the river for a while.\n\n");
        }
        Files.writeString(corpus, text);
    }

    @ParameterizedTest
    @CsvSource({"mlm, wordpiece", "mlm+nsp, wordpiece", "clm, bpe", "clm, char"})
    void trainsAModelThatLoads(String objective, String type) {
        CommandLineRun run = pretrain(objective, type);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("parameters", "6 steps", "held-out loss");
        assertThat(folder.resolve("run"))
                .isDirectoryContaining(file -> file.endsWith("config.json"))
                .isDirectoryContaining(file -> file.endsWith("model.safetensors"))
                .isDirectoryContaining(file -> file.endsWith("tokenizer.json"))
                .isDirectoryContaining(file -> file.endsWith("metrics.jsonl"))
                .isDirectoryContaining(file -> file.endsWith("loss.png"));
        assertThat(Manifest.verify(folder.resolve("run").resolve("checkpoint-6")))
                .isInstanceOf(Manifest.Complete.class);
        assertThat(t4j("info", folder.resolve("run").toString()).exitCode()).isZero();
    }

    @Test
    void holdsOutTheEndOfASingleDocument() {
        CommandLineRun run = pretrain("clm", "bpe", "--documents", "file");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("held-out loss");
    }

    @Test
    void resumesWhereItStopped() {
        pretrain("mlm", "wordpiece");
        CommandLineRun resumed = pretrain("mlm", "wordpiece", "--max-steps", "9", "--resume");

        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("9 steps");
        assertThat(folder.resolve("run").resolve("checkpoint-9")).isDirectory();
    }

    /** With its own tokenizer, whatever its size. */
    @Test
    void goesOnWithAModelOrAnAdapterOfIt() {
        pretrain("mlm", "wordpiece");
        String model = folder.resolve("run").toString();
        List<String> arguments = List.of(
                "pretrain",
                "--model",
                model,
                "--data",
                corpus.toString(),
                "--validation-fraction",
                "0.2",
                "--max-length",
                "16",
                "--batch-size",
                "4",
                "--max-steps",
                "2",
                "--out");
        CommandLineRun whole = t4j(with(arguments, folder.resolve("whole").toString()));
        assertThat(whole.exitCode()).as(whole.err()).isZero();
        assertThat(whole.out()).contains("BertForMaskedLM", "2 steps");
        CommandLineRun pairs = t4j(with(arguments, folder.resolve("pairs").toString(), "--objective", "mlm+nsp"));
        assertThat(pairs.out()).as(pairs.err()).contains("BertForPreTraining", "2 steps");
        CommandLineRun adapter = t4j(with(arguments, folder.resolve("adapter").toString(), "--lora", "2"));
        assertThat(adapter.exitCode()).as(adapter.err()).isZero();
        assertThat(folder.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(t4j("fill-mask", folder.resolve("adapter").toString(), "The cat [MASK] on the mat.")
                        .exitCode())
                .isZero();
        CommandLineRun merged = t4j(with(arguments, folder.resolve("merged").toString(), "--lora", "2", "--merge"));
        assertThat(merged.exitCode()).as(merged.err()).isZero();
        assertThat(folder.resolve("merged/model.safetensors")).exists();
        assertThat(folder.resolve("merged/adapter_model.safetensors")).doesNotExist();
        assertThat(t4j(with(arguments, folder.resolve("none").toString(), "--max-length", "99"))
                        .err())
                .contains("--max-length is 99, but the model reads at most 16 tokens");
        assertThat(t4j(with(arguments, folder.resolve("none").toString(), "--objective", "clm"))
                        .err())
                .contains("the objective clm can't be learnt by a BertForMaskedLM");
        CommandLineRun resized = t4j(with(arguments, folder.resolve("none").toString(), "--hidden-size", "32"));
        assertThat(resized.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(resized.err())
                .contains("--hidden-size describes a new model, but that of --model has its own architecture");
    }

    /** Later options win. */
    private static String[] with(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        int length = all.lastIndexOf("--max-length");
        if (all.indexOf("--max-length") != length) {
            int first = all.indexOf("--max-length");
            all.subList(first, first + 2).clear();
        }
        return all.toArray(String[]::new);
    }

    @Test
    void aModelOrATokenizerIsNeeded() {
        CommandLineRun run = t4j(
                "pretrain",
                "--data",
                corpus.toString(),
                "--out",
                folder.resolve("none").toString());
        assertThat(run.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(run.err()).contains("Missing required option: '--tokenizer=NAME'");
        assertThat(t4j("pretrain", "--tokenizer", "x", "--lora", "2", "--data", corpus.toString(), "--out", "y")
                        .err())
                .isNotEmpty();
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(pretrain("mlm", "wordpiece", "--num-attention-heads", "3").err())
                .contains("hidden_size (16) must be a multiple of num_attention_heads (3)");
        assertThat(pretrain("guess", "wordpiece").err()).contains("one of mlm, mlm+nsp, clm, but is \"guess\"");
        assertThat(pretrain("mlm", "wordpiece", "--warmup-steps", "6").err())
                .contains("warmupSteps (6) must be smaller than maxSteps (6)");
        assertThat(folder.resolve("run")).doesNotExist();
    }

    private CommandLineRun pretrain(String objective, String type, String... more) {
        Path tokenizer = folder.resolve("tokenizer");
        t4j(
                "tokenizer",
                "train",
                "--type",
                type,
                "--vocab-size",
                "280",
                "--out",
                tokenizer.toString(),
                corpus.toString());
        List<String> arguments = new ArrayList<>(List.of(
                "pretrain",
                "--objective",
                objective,
                "--tokenizer",
                tokenizer.toString(),
                "--data",
                corpus.toString(),
                "--validation-fraction",
                "0.2",
                "--out",
                folder.resolve("run").toString(),
                "--hidden-size",
                "16",
                "--num-hidden-layers",
                "2",
                "--num-attention-heads",
                "2",
                "--max-length",
                "16",
                "--batch-size",
                "4",
                "--logging-steps",
                "2"));
        List<String> given = List.of(more);
        if (!given.contains("--max-steps")) {
            arguments.addAll(List.of("--max-steps", "6"));
        }
        if (!given.contains("--documents")) {
            arguments.addAll(List.of("--documents", "blank_line"));
        }
        if (given.contains("--num-attention-heads")) {
            int at = arguments.indexOf("--num-attention-heads");
            arguments.subList(at, at + 2).clear();
        }
        arguments.addAll(given);
        return t4j(arguments.toArray(String[]::new));
    }
}
