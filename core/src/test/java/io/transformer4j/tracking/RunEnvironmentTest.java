package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunEnvironmentTest {

    @Test
    void writesWhatOneNeedsToRepeatARun(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("environment.json");

        RunEnvironment.capture().write(file);

        JsonNode json = JsonMapper.shared().readTree(file.toFile());
        assertThat(json.get("versions").get("transformer4j").asString()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(json.get("versions").get("libtorch").asString()).startsWith("2.");
        assertThat(json.get("java").asString()).contains(Runtime.version().toString());
        assertThat(json.get("cores").asInt()).isPositive();
        assertThat(json.get("cpu").asString()).isNotBlank();
        assertThat(json.get("memoryBytes").asLong()).isGreaterThan(1L << 28);
        assertThat(json.get("date").asString()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(json.get("gitCommit").isNull()
                        || json.get("gitCommit").asString().matches("[0-9a-f]{40}(-modified)?"))
                .isTrue();
    }

    @Test
    void anUnknownComponentHasAnUnknownVersion() {
        assertThat(RunEnvironment.version("nothing")).isEqualTo("unknown");
    }
}
