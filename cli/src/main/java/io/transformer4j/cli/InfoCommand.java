package io.transformer4j.cli;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.profiling.ModelSummary;
import io.transformer4j.profiling.ModelSummary.Part;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j info}: what a checkpoint is and costs, from its {@code config.json} alone. */
@Command(
        name = "info",
        description = "Show architecture, parameters by part, operations per token and memory of a model.",
        footer = {"%nExamples:", "  t4j info my-bert", "  t4j info openai-community/gpt2 --length 1024 --batch-size 8"})
final class InfoCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "MODEL", description = ModelNames.DESCRIPTION + "; only config.json is read.")
    private String model = "";

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Tokens in a sequence (default: as many as the model has positions).")
    private @Nullable Integer length;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "Sequences in a batch, for the memory of training (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path file = ModelNames.resolve(model, FileSelection.CONFIG).resolve(Models.CONFIG_NAME);
        Map<String, Object> tree = ConfigJson.readTree(file);
        if (!(tree.get("architectures") instanceof List<?> names) || names.isEmpty()) {
            throw new CheckpointException(file, "has no \"architectures\" that says which model it is");
        }
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        try (PretrainedModel built = Models.build(tree, names.get(0).toString(), file)) {
            print(ModelSummary.of(built), printer);
        }
        printer.flush();
        return T4j.OK;
    }

    private void print(ModelSummary summary, PrintWriter printer) {
        PretrainedConfig sizes = summary.config();
        int tokens = length == null ? sizes.maxInputLength() : length;
        if (tokens < 1 || batchSize < 1) {
            throw new IllegalArgumentException("--length and --batch-size must be at least 1");
        }
        printer.printf(
                Locale.ROOT,
                "%s: %d layers, %d heads, hidden size %,d, feed-forward %,d, vocabulary %,d, positions %,d%n",
                summary.architecture(),
                sizes.numHiddenLayers(),
                sizes.numAttentionHeads(),
                sizes.hiddenSize(),
                sizes.intermediateSize(),
                sizes.vocabSize(),
                sizes.maxInputLength());
        printer.printf(Locale.ROOT, "%nParameters%n");
        for (Part part : Part.values()) {
            String name = part.name().toLowerCase(Locale.ROOT).replace('_', '-');
            printer.printf(Locale.ROOT, "  %-20s %,15d%n", name, summary.parameters(part));
        }
        printer.printf(Locale.ROOT, "  %-20s %,15d%n", "all", summary.parameters());
        printer.printf(Locale.ROOT, "  %-20s %,15d%n", "without embeddings", summary.parametersWithoutEmbeddings());
        printer.printf(Locale.ROOT, "%nOperations per token at length %,d%n", tokens);
        printer.printf(Locale.ROOT, "  %-20s %12.3f MFLOP%n", "forward", summary.forwardFlopsPerToken(tokens) / 1e6);
        printer.printf(Locale.ROOT, "  %-20s %12.3f MFLOP%n", "training", summary.trainingFlopsPerToken(tokens) / 1e6);
        printer.printf(Locale.ROOT, "%nMemory in float32, batch of %,d x %,d tokens%n", batchSize, tokens);
        printMemory(printer, "weights", summary.weightBytes());
        printMemory(printer, "gradients", summary.gradientBytes());
        printMemory(printer, "AdamW state", summary.adamWBytes());
        printMemory(printer, "activations, about", summary.activationBytes(batchSize, tokens));
        printMemory(printer, "training, about", summary.trainingBytes(batchSize, tokens));
        printMemory(printer, "KV cache per token", summary.kvCacheBytesPerToken());
    }

    private static void printMemory(PrintWriter printer, String name, long bytes) {
        printer.printf(Locale.ROOT, "  %-20s %12.3f MiB%n", name, bytes / (double) (1 << 20));
    }
}
