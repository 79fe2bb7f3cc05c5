package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.AttentionConversion;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.tracking.Heatmap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class AttentionMapsTest {
    private static final String TEXT = "the cat sat on the mat and looked at the </script> river";

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "LINFORMER")
    void rowsAddUpToOne(AttentionType type, @TempDir Path folder) {
        AttentionMaps maps = maps(folder, type);
        assertThat(maps.layers())
                .hasSize(5)
                .allSatisfy(heads -> assertThat(heads).hasSize(2).allSatisfy(head -> {
                    for (int row = 0; row < head.rows(); row++) {
                        double sum = 0;
                        for (int column = 0; column < head.columns(); column++) {
                            sum += head.values()[row * head.columns() + column];
                        }
                        assertThat(sum).isCloseTo(1, within(1e-4));
                    }
                }));
    }

    @Test
    void kernelsThatAreExactShowTheSame(@TempDir Path folder) {
        Heatmap flash = maps(folder, AttentionType.FLASH).layers().get(3).get(1);
        assertThat(flash.values())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(
                        maps(folder, AttentionType.FULL).layers().get(3).get(1).values());
    }

    /** A window of one on either side, and a global first token. */
    @Test
    void sparsePatternsShow(@TempDir Path folder) {
        AttentionMaps maps = maps(folder, AttentionType.SLIDING_WINDOW);
        Heatmap head = maps.layers().get(0).get(0);
        for (int row = 0; row < head.rows(); row++) {
            for (int column = 0; column < head.columns(); column++) {
                boolean seen = Math.abs(row - column) <= 1 || row == 0 || column == 0;
                assertThat(head.values()[row * head.columns() + column] != 0)
                        .as("%d sees %d", row, column)
                        .isEqualTo(seen);
            }
        }
    }

    @Test
    void thePageNeedsNoOtherFile(@TempDir Path folder) throws IOException {
        AttentionMaps maps = maps(folder, AttentionType.FLASH);
        maps.write(folder);
        String page = Files.readString(folder.resolve(AttentionMaps.PAGE));
        assertThat(page)
                .doesNotContain("src=\"", "href=", "/*TOKENS*/", "/*LAYERS*/", "/*PICTURES*/")
                .contains("data:image/png;base64,");
        assertThat(page.split("</script>", -1)).hasSize(2);
        assertThat(ImageIO.read(folder.resolve(AttentionMaps.PICTURE).toFile()).getWidth())
                .isGreaterThan(300);
    }

    private static AttentionMaps maps(Path folder, AttentionType type) {
        Path checkpoint = TinyCheckpoints.bert(folder.resolve("model"));
        try (ComputePool pool = new ComputePool(1);
                PretrainedModel bert = Models.loadBare(checkpoint, Devices.cpu());
                PretrainedModel converted = AttentionConversion.convert(
                        bert, type, Map.of("window", 2, "block_size", 2, "projection_size", 4), 24, 1)) {
            return AttentionMaps.of(converted, Tokenizer.load(checkpoint), TEXT, pool);
        }
    }
}
