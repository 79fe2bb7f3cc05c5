package io.transformer4j.models.auto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 52,000 damaged configurations, 4,000 of each family: each is read, or refused in one sentence; models without weights are built of
 * those that are read. Values of known keys are replaced
 * by values of every other kind, keys are dropped and added.
 */
class ConfigFuzzTest {
    private static final long SEED = 20_261_125;
    private static final int EACH = 4_000;
    private static final int MOST_BUILT = 100;
    private static final Path FILE = Path.of("config.json");

    private static final List<Object> VALUES = new ArrayList<>();

    static {
        VALUES.addAll(List.of(
                0,
                1,
                2,
                3,
                -1,
                7,
                1 << 20,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                1L << 40));
        VALUES.addAll(List.of(0.0, 0.5, -0.5, 1e-300, 1e300, Double.MAX_VALUE, 1.0));
        VALUES.addAll(
                List.of(true, false, "", "gelu", "none", "0", "😀", "a\nb", "yarn", "gated-gelu", "block_sparse"));
        VALUES.addAll(List.of(List.of(), List.of(1), List.of("x", 2), List.of(List.of(List.of("global"), 3))));
        VALUES.addAll(List.of(List.of(List.of(List.of("local"), Integer.MAX_VALUE)), List.of(List.of(List.of(), 1))));
        VALUES.addAll(List.of(
                Map.of(),
                Map.of("0", "a"),
                Map.of("1", "a"),
                Map.of("rope_type", "yarn"),
                Map.of("rope_type", "yarn", "factor", 0),
                Map.of("rope_type", "llama3", "factor", "x"),
                Map.of("rope_type", List.of())));
        VALUES.add(null);
    }

    /** Keys that not every configuration has, but that mean something where they stand. */
    private static final List<String> FURTHER_KEYS = List.of(
            "id2label",
            "num_labels",
            "problem_type",
            "is_decoder",
            "rope_scaling",
            "rope_theta",
            "pruned_heads",
            "classifier_dropout",
            "sep_token_id",
            "attention_type",
            "eos_token_id",
            "position_embedding_type");

    static Stream<String> families() {
        return Models.architectures().stream()
                .flatMap(architecture -> Models.modelType(architecture).stream())
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("families")
    void configurations(String modelType, TestReporter reporter) {
        Map<String, Object> whole = ConfigJson.tree(Models.config(Map.of("model_type", modelType), FILE));
        SplittableRandom random = new SplittableRandom(SEED);
        int accepted = 0;
        for (int i = 0; i < EACH; i++) {
            Map<String, Object> damaged = damaged(whole, random);
            damaged.put("model_type", modelType);
            accepted += isAccepted(damaged, architecture(modelType, random)) ? 1 : 0;
        }
        reporter.publishEntry(modelType, accepted + " of " + EACH + " were still legal");
        assertThat(accepted).as("both sides are exercised").isBetween(EACH / 100, EACH * 9 / 10);
    }

    @ParameterizedTest
    @MethodSource("families")
    void aStackWithoutEndIsRefused(String modelType) {
        Map<String, Object> whole = ConfigJson.tree(Models.config(Map.of("model_type", modelType), FILE));
        List<String> keys = whole.keySet().stream()
                .filter(key -> key.matches("(num_|n_)?(hidden_|encoder_|decoder_)?layers?"))
                .toList();
        assertThat(keys).isNotEmpty();
        for (String key : keys) {
            Map<String, Object> tree = new LinkedHashMap<>(whole);
            tree.put(key, 2_000_000_000);
            assertThatThrownBy(() -> Models.config(tree, FILE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageMatching("config.json: .*layers? must be at most 10000, but is 2000000000");
        }
    }

    private static String architecture(String modelType, SplittableRandom random) {
        List<String> ofFamily = Models.architectures().stream()
                .filter(name -> Models.modelType(name).orElseThrow().equals(modelType))
                .toList();
        return ofFamily.get(random.nextInt(ofFamily.size()));
    }

    private static Map<String, Object> damaged(Map<String, Object> whole, SplittableRandom random) {
        Map<String, Object> tree = new LinkedHashMap<>(whole);
        List<String> keys = new ArrayList<>(whole.keySet());
        keys.addAll(FURTHER_KEYS);
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            String key = keys.get(random.nextInt(keys.size()));
            if (random.nextInt(8) == 0) {
                tree.remove(key);
            } else {
                tree.put(key, VALUES.get(random.nextInt(VALUES.size())));
            }
        }
        return tree;
    }

    private static boolean isAccepted(Map<String, Object> tree, String architecture) {
        try {
            PretrainedConfig config = Models.config(tree, FILE);
            config.labels();
            config.maxInputLength();
            config.intermediateSize();
            if (config.numHiddenLayers() <= MOST_BUILT) {
                Models.build(tree, architecture, FILE).close();
            }
            return true;
        } catch (CheckpointException e) {
            assertThat(e.getMessage().lines()).as(() -> text(tree)).hasSize(1);
            return false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(text(tree), e);
        }
    }

    private static String text(Map<String, Object> tree) {
        return "seed " + SEED + ": " + tree;
    }
}
