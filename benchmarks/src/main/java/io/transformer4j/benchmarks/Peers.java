package io.transformer4j.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The peers' script, which measures PyTorch, Transformers and ONNX Runtime.
 *
 * @param python with their packages
 * @param folder with {@code bench_peers.py} and {@code lengths.json}
 */
public record Peers(Path python, Path folder) {
    /**
     * Runs a subcommand of the script.
     *
     * @param only variants whose name contains this
     * @return what each variant gave, by its name
     * @throws IOException if the script fails
     */
    public JsonNode measure(String command, int threads, int repetitions, String only)
            throws IOException, InterruptedException {
        return output(List.of(
                        python.toString(),
                        folder.resolve("bench_peers.py").toString(),
                        command,
                        "--threads",
                        Integer.toString(threads),
                        "--reps",
                        Integer.toString(repetitions),
                        "--only",
                        only))
                .get("results");
    }

    /**
     * Runs a command.
     *
     * @return what it prints, one JSON value; its messages appear as they come
     * @throws IOException if it fails
     */
    public static JsonNode output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + String.join(" ", command));
        }
        return JsonMapper.shared().readTree(json);
    }

    /** Lengths of texts in tokens, as they come in practice. */
    public int[] lengths() throws IOException {
        JsonNode lengths = JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("lengths.json")))
                .get("lengths");
        return lengths.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    /** The middle value, or the upper one of the two there. */
    public static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
