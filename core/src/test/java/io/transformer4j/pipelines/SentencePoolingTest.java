package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencePoolingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"MEAN, true, 256", "CLS, false, 2147483647", "CLS, true, 512"})
    void whatIsWrittenIsRead(Pooling pooling, boolean normalize, int limit) {
        SentencePooling settings = new SentencePooling(pooling, normalize, limit);
        settings.write(folder, 8);

        assertThat(SentencePooling.read(folder)).isEqualTo(settings);
    }

    @Test
    void foldersThatDontSayHaveTheDefault() {
        assertThat(SentencePooling.read(folder)).isEqualTo(SentencePooling.DEFAULT);
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() throws IOException {
        SentencePooling.DEFAULT.write(folder, 8);
        Path pooling = folder.resolve("1_Pooling/config.json");
        Files.writeString(pooling, "{\"pooling_mode_max_tokens\": true, \"pooling_mode_cls_token\": true}");
        assertThatThrownBy(() -> SentencePooling.read(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(pooling
                        + ": must ask for one of pooling_mode_mean_tokens and pooling_mode_cls_token, but asks for"
                        + " max_tokens and cls_token");

        Path modules = folder.resolve("modules.json");
        Files.writeString(modules, "[{\"type\": \"sentence_transformers.models.Dense\", \"path\": \"2_Dense\"}]");
        assertThatThrownBy(() -> SentencePooling.read(folder))
                .hasMessageContaining("asks for the module sentence_transformers.models.Dense, which is not supported");

        Files.writeString(modules, "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"../x\"}]");
        assertThatThrownBy(() -> SentencePooling.read(folder)).hasMessageContaining("names a folder outside its own");

        Files.writeString(modules, "nonsense");
        assertThatThrownBy(() -> SentencePooling.read(folder)).hasMessageContaining("is not valid JSON");

        assertThatThrownBy(() -> new SentencePooling(Pooling.LAST_FOUR_LAYERS, true, 9).write(folder, 8))
                .hasMessage("sentence-transformers has no pooling last-four-layers: choose mean or cls");
    }
}
