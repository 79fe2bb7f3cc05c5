package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        CommandLineRun run = t4j(
                "tokenizer",
                "train",
                "--type",
                "wordpiece",
                "--vocab-size",
                "60",
                "--min-frequency",
                "1",
                "--out",
                bert.toString(),
                data.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        int vocabSize = Tokenizer.load(bert).vocabSize();
        try (BertForMaskedLM model = new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(vocabSize)
                .hiddenSize(16)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(32)
                .maxPositionEmbeddings(16)))) {
            model.initializeWeights(1, Devices.cpu());
            Models.save(model, bert);
        }
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
}
