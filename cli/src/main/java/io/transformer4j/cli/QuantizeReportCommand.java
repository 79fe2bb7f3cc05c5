package io.transformer4j.cli;

import io.transformer4j.quantization.QuantizationReport;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j quantize-report}: what weights in 8 bits cost and bring. */
@Command(
        name = "quantize-report",
        description = {
            "Show what a model loses and gains with weights in 8 bits.",
            "",
            "The lines of a file go through the model in float32 and in each quantization that --quantization of"
                    + " embed, fill-mask and generate can choose. Cosines are between the mean hidden states of each text"
                    + " and those in float32; language models predict tokens too. Speed is that of one thread."
        },
        footer = {"%nExample:", "  t4j quantize-report minilm --data sentences.txt"})
final class QuantizeReportCommand implements Callable<Integer> {
    private static final double MIB = 1 << 20;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private String model = "";

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "Texts, one a line.")
    private @Nullable Path data;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "500",
            description = "Most lines to use (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print a line of JSON for each form.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Path folder = ModelNames.resolve(model);
        Tokenizer tokenizer = Tokenizer.load(folder);
        List<int[]> texts;
        try (var lines = Files.lines(Objects.requireNonNull(data))) {
            texts = lines.filter(line -> !line.isBlank())
                    .limit(limit)
                    .map(line -> tokenizer.encodeToIds(line, true))
                    .toList();
        }
        List<QuantizationReport.Row> rows = QuantizationReport.measure(
                folder, texts, tokenizer.maskTokenId().orElse(-1));
        if (json) {
            rows.forEach(row -> printer.println(JsonMapper.shared().writeValueAsString(row)));
        } else {
            printTable(rows, printer);
        }
        printer.flush();
        return T4j.OK;
    }

    private static void printTable(List<QuantizationReport.Row> rows, PrintWriter printer) {
        printer.printf(
                "%-14s %12s %14s %12s %12s %12s %10s%n",
                "", "weights MiB", "tokens/s", "mean cosine", "least cosine", "perplexity", "accuracy");
        for (QuantizationReport.Row row : rows) {
            printer.printf(
                    Locale.ROOT,
                    "%-14s %12.1f %14.0f %12.6f %12.6f %12s %10s%n",
                    row.quantization().optionName(),
                    row.weightBytes() / MIB,
                    row.tokensPerSecond(),
                    row.meanCosine(),
                    row.leastCosine(),
                    row.perplexity() == null ? "-" : String.format(Locale.ROOT, "%.4f", row.perplexity()),
                    row.accuracy() == null ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * row.accuracy()));
        }
    }
}
