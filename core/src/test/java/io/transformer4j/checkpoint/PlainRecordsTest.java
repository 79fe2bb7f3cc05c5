package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is bound without Jackson's data binding is what that makes of it; the rest is left to it. */
class PlainRecordsTest {
    private static final Path FILE = Path.of("config.json");

    enum Kind {
        NEAR,
        FAR;

        @JsonValue
        String configName() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        static Kind of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    record Example(
            long hiddenSize,
            int numLayers,
            double eps,
            boolean tied,
            String name,
            Kind kind,
            @Nullable Long inner,
            @Nullable Object eosTokenId,
            @Nullable Map<String, Object> scaling,
            @JsonProperty("mode") String pattern,
            List<Integer> windows,
            @JsonAnySetter @JsonAnyGetter Map<String, Object> other) {
        Example {
            if (hiddenSize < 1) {
                throw new IllegalArgumentException("hidden_size must be positive, but is " + hiddenSize);
            }
        }
    }

    private static final Example DEFAULTS =
            new Example(8, 2, 0.5, true, "a", Kind.NEAR, 3L, 1, Map.of("x", 1), "m", List.of(4), Map.of("old", true));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"hidden_size\": 64, \"num_layers\": 3, \"eps\": 1e-5, \"tied\": false, \"name\": \"é\", \"kind\": \"far\"}",
                "{\"eps\": 1, \"inner\": null, \"eos_token_id\": [1, 2], \"scaling\": {\"y\": [null, 1.5]}}",
                "{\"hidden_size\": 9007199254740993, \"eos_token_id\": \"</s>\", \"scaling\": null, \"mode\": \"n\"}",
                "{\"unknown\": {\"z\": []}, \"old\": null, \"pattern\": 1}",
            })
    void bindsAsJacksonDoes(String json) {
        Map<String, Object> tree = tree(json);
        Map<String, Object> complete = ConfigJson.tree(DEFAULTS);
        complete.putAll(tree);
        assertThat(PlainRecords.bind(tree, Example.class, DEFAULTS))
                .contains(ConfigJson.bind(FILE, complete, Example.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"hidden_size\": \"64\"}",
                "{\"hidden_size\": 1.0}",
                "{\"hidden_size\": null}",
                "{\"hidden_size\": 9223372036854775808}",
                "{\"num_layers\": 4294967297}",
                "{\"eps\": \"1\"}",
                "{\"tied\": 1}",
                "{\"name\": 1}",
                "{\"name\": null}",
                "{\"kind\": \"nowhere\"}",
                "{\"kind\": null}",
                "{\"scaling\": []}",
                "{\"windows\": [5]}",
                "{\"hidden_size\": 0}",
            })
    void leavesTheRest(String json) {
        assertThat(PlainRecords.bind(tree(json), Example.class, DEFAULTS)).isEmpty();
    }

    @Test
    void whatIsLeftIsBoundAllTheSame() {
        assertThat(ConfigJson.bind(FILE, tree("{\"windows\": [5], \"eps\": 2}"), Example.class, DEFAULTS))
                .isEqualTo(new Example(
                        8, 2, 2, true, "a", Kind.NEAR, 3L, 1, Map.of("x", 1), "m", List.of(5), Map.of("old", true)));
    }

    private static Map<String, Object> tree(String json) {
        return JsonTree.parse(FILE, json.getBytes(StandardCharsets.UTF_8));
    }
}
