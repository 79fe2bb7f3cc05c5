package io.transformer4j.verification;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Cases and expected values of a folder. */
final class References implements AutoCloseable {
    private static final String INPUTS_NAME = "inputs.json";
    private static final String EXPECTED_NAME = "expected.safetensors";

    private final Path folder;
    private final JsonNode spec;
    private final SafetensorsFile expected;

    private References(Path folder, JsonNode spec, SafetensorsFile expected) {
        this.folder = folder;
        this.spec = spec;
        this.expected = expected;
    }

    /**
     * Opens the references of {@code folder}, or of the folder beside it whose name it continues: {@code bert_sharded} may
     * hold the weights of {@code bert} in another form.
     *
     * @throws CheckpointException if there are none, or they aren't valid
     */
    static References open(Path folder) {
        Path home = home(folder.toAbsolutePath().normalize());
        Path inputs = home.resolve(INPUTS_NAME);
        try {
            return new References(
                    home, JsonMapper.shared().readTree(inputs), SafetensorsFile.open(home.resolve(EXPECTED_NAME)));
        } catch (JacksonException e) {
            throw new CheckpointException(inputs, "is not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private static Path home(Path folder) {
        String name = folder.getFileName().toString();
        for (int end = name.length(); end > 0; end = name.lastIndexOf('_', end - 1)) {
            Path candidate = folder.resolveSibling(name.substring(0, end));
            if (Files.exists(candidate.resolve(INPUTS_NAME))) {
                return candidate;
            }
        }
        throw new CheckpointException(
                folder, "has no " + INPUTS_NAME + " with cases to verify, nor has a folder whose name it continues");
    }

    /** HF's class name. */
    String architecture() {
        return spec.required("class").asString();
    }

    /** The folder that the references are in. */
    Path folder() {
        return folder;
    }

    List<JsonNode> cases() {
        return List.copyOf(spec.required("cases").valueStream().toList());
    }

    /** Fixed tables that the reference has among its parameters. */
    Set<String> frozen() {
        return Set.copyOf(
                spec.path("frozen").valueStream().map(JsonNode::asString).toList());
    }

    /** Prompts and runs; missing if nothing is to be generated. */
    JsonNode generation() {
        return spec.path("generation");
    }

    Set<String> names() {
        return expected.names();
    }

    /** An expected value; owned by the open scope. */
    Tensor tensor(String name) {
        return expected.tensor(name);
    }

    @Override
    public void close() {
        expected.close();
    }
}
