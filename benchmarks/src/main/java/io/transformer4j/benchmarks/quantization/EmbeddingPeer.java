package io.transformer4j.benchmarks.quantization;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The running {@code benchmarks/embeddings/peer.py}, which embeds when asked and is idle otherwise. Not thread-safe. */
final class EmbeddingPeer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;
    private final List<String> variants;

    /**
     * Starts the script and waits until it has made its models.
     *
     * @param sentences token ids, special ones included
     * @throws IOException if it fails
     */
    EmbeddingPeer(Path python, Path script, Path model, int threads, List<int[]> sentences) throws IOException {
        process = new ProcessBuilder(
                        python.toString(), script.toString(), model.toString(), "--threads", Integer.toString(threads))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        questions = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        variants = ask(Map.of("sentences", sentences))
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    /** Names of what it can run. */
    List<String> variants() {
        return variants;
    }

    /** Seconds that one pass over the sentences took. */
    double run(String variant) throws IOException {
        return ask(Map.of("run", variant)).required("seconds").asDouble();
    }

    /** What the variant's last pass gave, in the order of the sentences. */
    List<float[]> vectors(String variant) throws IOException {
        return List.of(JSON.treeToValue(ask(Map.of("vectors", variant)), float[][].class));
    }

    private JsonNode ask(Map<String, ?> question) throws IOException {
        questions.write(JSON.writeValueAsString(question) + "\n");
        questions.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the peer's script ended: its messages are above");
        }
        return JSON.readTree(answer);
    }

    @Override
    public void close() throws IOException {
        questions.close(); // the script's loop ends with its input
        process.destroy();
    }
}
