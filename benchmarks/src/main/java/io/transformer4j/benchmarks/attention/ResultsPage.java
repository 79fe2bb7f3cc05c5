package io.transformer4j.benchmarks.attention;

import io.transformer4j.files.AtomicFile;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Turns what {@code attention/run.sh} measured into the Markdown tables of docs/results/attention.md. */
public final class ResultsPage {
    private static final String TRAINING = "forward+backward";
    private static final int PEERS_LENGTH = 4096;
    private static final double MEBIBYTES_PER_MEGABYTE = 1e6 / (1 << 20);

    private final List<CSVRecord> cells;
    private final StringBuilder page = new StringBuilder();

    private ResultsPage(List<CSVRecord> cells) {
        this.cells = cells;
    }

    /** Reads the folder that is the only argument and writes {@code tables.md} into it. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        ResultsPage page = new ResultsPage(read(folder.resolve("attention.csv")));
        page.sweep("Seconds, forward and backward", cell -> number(cell, "seconds", 3));
        page.sweep("CPU seconds, forward and backward", cell -> number(cell, "cpu_seconds", 3));
        page.sweep("Peak memory above the inputs, MiB, forward and backward", cell -> number(cell, "peak_mib", 0));
        page.ratios();
        if (Files.exists(folder.resolve("peers.json"))) {
            page.peers(JsonMapper.shared().readTree(Files.readString(folder.resolve("peers.json"))));
        }
        if (Files.exists(folder.resolve("quality.csv"))) {
            page.quality(read(folder.resolve("quality.csv")));
        }
        AtomicFile.writeString(folder.resolve("tables.md"), page.page);
    }

    private static List<CSVRecord> read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return CSVFormat.RFC4180
                    .builder()
                    .setHeader()
                    .setSkipHeaderRecord(true)
                    .get()
                    .parse(reader)
                    .getRecords();
        }
    }

    private static String number(CSVRecord cell, String column, int decimals) {
        String value = cell.get(column);
        return value.isEmpty() ? "" : String.format(Locale.ROOT, "%,." + decimals + "f", Double.parseDouble(value));
    }

    private void line(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private Optional<CSVRecord> cell(String kernel, int length) {
        return cells.stream()
                .filter(cell -> cell.get("kernel").equals(kernel)
                        && Integer.parseInt(cell.get("length")) == length
                        && cell.get("pass").equals(TRAINING)
                        && cell.get("causal").equals("false"))
                .findFirst();
    }

    private void sweep(String title, Function<CSVRecord, String> value) {
        TreeSet<Integer> lengths = new TreeSet<>();
        Map<String, Boolean> kernels = new LinkedHashMap<>();
        cells.forEach(cell -> {
            lengths.add(Integer.parseInt(cell.get("length")));
            kernels.put(cell.get("kernel"), true);
        });
        line("## %s%n", title);
        line(
                "| kernel | %s |",
                String.join(
                        " | ",
                        lengths.stream()
                                .map(length -> String.format(Locale.ROOT, "%,d", length))
                                .toList()));
        line("| --- |%s", " ---: |".repeat(lengths.size()));
        for (String kernel : kernels.keySet()) {
            line(
                    "| %s | %s |",
                    kernel,
                    String.join(
                            " | ",
                            lengths.stream()
                                    .map(length ->
                                            cell(kernel, length).map(value).orElse(""))
                                    .toList()));
        }
        line("");
    }

    private String ratio(String slower, String faster, int length) {
        double ratio = seconds(slower, length) / seconds(faster, length);
        return Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    private double seconds(String kernel, int length) {
        return cell(kernel, length)
                .map(cell -> Double.parseDouble(cell.get("seconds")))
                .orElse(Double.NaN);
    }

    private void ratios() {
        line("## Ratios of times, forward and backward%n");
        line("| n | full / flash | flash / sliding_window |");
        line("| ---: | ---: | ---: |");
        for (int length : new int[] {1024, 2048, 4096, 8192}) {
            line("| %,d | %s | %s |", length, ratio("full", "flash", length), ratio("flash", "sliding_window", length));
        }
        line("");
    }

    private void peers(JsonNode peers) {
        line("## Beside PyTorch and Hugging Face, n = %,d, forward and backward%n", PEERS_LENGTH);
        line("| ours | seconds | MiB | theirs | seconds | MiB | time | memory |");
        line("| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |");
        Map<String, String> pairs = new LinkedHashMap<>();
        pairs.put("full", "naive");
        pairs.put("flash", "sdpa");
        pairs.put("sliding_window", "longformer");
        pairs.put("big_bird", "bigbird");
        pairs.forEach((ours, theirs) -> {
            JsonNode peer = peers.get("results").get(theirs + "/" + PEERS_LENGTH);
            Optional<CSVRecord> own = cell(ours, PEERS_LENGTH);
            if (peer != null && peer.get("forward_backward") != null && own.isPresent()) {
                compare(ours, own.get(), theirs, peer.get("forward_backward"));
            }
        });
        line("");
    }

    private void compare(String ours, CSVRecord own, String theirs, JsonNode peer) {
        double seconds = Double.parseDouble(own.get("seconds"));
        double mebibytes = Double.parseDouble(own.get("peak_mib"));
        double peerSeconds = peer.get("ms").asDouble() / 1000;
        double peerMebibytes = peer.get("peak_extra_mb").asDouble() * MEBIBYTES_PER_MEGABYTE;
        line(
                "| %s | %.3f | %.0f | %s | %.3f | %.0f | %.1f × faster | %.2f of it |",
                ours,
                seconds,
                mebibytes,
                theirs,
                peerSeconds,
                peerMebibytes,
                peerSeconds / seconds,
                mebibytes / peerMebibytes);
    }

    private void quality(List<CSVRecord> runs) {
        line("## The same model with each kernel%n");
        line("| task | kernel | steps | accuracy | without learning | training loss | CPU seconds | seconds |");
        line("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (CSVRecord run : runs) {
            line(
                    "| %s | %s | %s | %.1f %% | %.1f %% | %s | %s | %s |",
                    run.get("task"),
                    run.get("kernel"),
                    run.get("steps"),
                    100 * Double.parseDouble(run.get("accuracy")),
                    100 * Double.parseDouble(run.get("majority")),
                    run.get("train_loss"),
                    run.get("cpu_seconds"),
                    run.get("wall_seconds"));
        }
    }
}
