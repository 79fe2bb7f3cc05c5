package io.transformer4j.cli;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.onnx.BertImporter;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j import-onnx}: a model folder from the ONNX graph of a BERT. */
@Command(
        name = "import-onnx",
        description = "Turn the ONNX graph of a BERT encoder into a checkpoint folder.",
        footer = {
            "%nExamples:",
            "  t4j import-onnx model.onnx --tokenizer tokenizer.json --out my-bert",
            "  t4j import-onnx bge.onnx --tokenizer bge/ --pooling cls --out bge-imported"
        })
final class ImportOnnxCommand implements Callable<Integer> {
    private enum Choice {
        MEAN,
        CLS
    }

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "FILE.onnx", description = "The graph, with its weights in the same file.")
    private @Nullable Path file;

    @Option(
            names = "--tokenizer",
            required = true,
            paramLabel = "NAME",
            description = "tokenizer.json or vocab.txt, or a model that has the same tokenizer.")
    private String tokenizer = "";

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            defaultValue = "mean",
            description = "How the model makes one vector of a text: mean or cls (default: ${DEFAULT-VALUE}).")
    private Choice pooling = Choice.MEAN;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "New or empty folder for the model.")
    private @Nullable Path out;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path folder = Objects.requireNonNull(out);
        BertImporter.importFile(
                Objects.requireNonNull(file),
                Tokenizer.load(ModelNames.resolve(tokenizer, FileSelection.TOKENIZER)),
                new SentencePooling(Pooling.valueOf(pooling.name()), true, SentencePooling.UNLIMITED),
                folder);
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.println("the model is in " + folder);
        printer.flush();
        return T4j.OK;
    }
}
