package io.transformer4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubOptionsTest {
    @TempDir
    Path home;

    private HubOptions options(Map<String, String> environment) {
        return HubOptions.fromEnvironment(environment, home);
    }

    @Test
    void withoutVariablesTheCustomaryPlacesCount() {
        HubOptions options = options(Map.of());

        assertThat(options.endpoint()).hasToString("https://huggingface.co");
        assertThat(options.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(options.token()).isNull();
        assertThat(options.offline()).isFalse();
    }

    @Test
    void variablesOverrideEachOtherAsInHuggingFaceHub() {
        assertThat(options(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(options(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/hf")).cache())
                .isEqualTo(home.resolve("hf/hub"));
        assertThat(options(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")).cache())
                .isEqualTo(Path.of("/c"));
        assertThat(options(Map.of("HF_ENDPOINT", "https://mirror.example/hf/")).endpoint())
                .hasToString("https://mirror.example/hf");
        assertThat(options(Map.of("HF_HUB_OFFLINE", "yes")).offline()).isTrue();
        assertThat(options(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
        assertThat(options(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "7")).timeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void theTokenComesFromTheEnvironmentOrItsFile() throws IOException {
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "hf_file\n");

        assertThat(options(Map.of()).token()).isEqualTo("hf_file");
        assertThat(options(Map.of("HF_TOKEN", " hf_variable ")).token()).isEqualTo("hf_variable");
        assertThat(options(Map.of("HF_TOKEN", "hf_variable")).toString())
                .doesNotContain("hf_variable")
                .contains("***");
        assertThatThrownBy(() -> options(Map.of("HF_TOKEN", "two words")))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("it must be one word")
                .hasMessageNotContaining("two words");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> options(Map.of("HF_ENDPOINT", "huggingface.co")))
                .hasMessage("HF_ENDPOINT is \"huggingface.co\", but must be an address such as https://huggingface.co");
        assertThatThrownBy(() -> options(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "soon")))
                .hasMessageContaining("must be a number of seconds");
    }
}
