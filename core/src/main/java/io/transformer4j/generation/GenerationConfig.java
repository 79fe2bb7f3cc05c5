package io.transformer4j.generation;

import static io.transformer4j.models.PretrainedConfig.check;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonFormat;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * How tokens are chosen and when to stop; names and meanings as in HF {@code GenerationConfig}.
 *
 * @param maxNewTokens most tokens to add to a prompt
 * @param doSample whether to draw tokens by their probabilities; otherwise the likeliest is taken
 * @param temperature divisor of the scores before sampling
 * @param topK sample among this many likeliest tokens; 0 for all
 * @param topP sample among the likeliest tokens that together have this probability; 1 for all
 * @param repetitionPenalty divisor of positive and factor of negative scores of tokens that occurred; 1 for none
 * @param eosTokenIds tokens that end a text
 * @param stopStrings texts that end a text
 * @param seed of sampling: same seed, same text, on the same machine with the same number of threads
 */
@RecordBuilder
public record GenerationConfig(
        int maxNewTokens,
        boolean doSample,
        double temperature,
        int topK,
        double topP,
        double repetitionPenalty,
        Set<Integer> eosTokenIds,
        List<String> stopStrings,
        long seed)
        implements GenerationConfigBuilder.With {

    /** Greedy, up to 50 tokens; when sampling is switched on, among the 50 likeliest tokens, as in HF. */
    public static final GenerationConfig DEFAULT =
            new GenerationConfig(50, false, 1, 50, 1, 1, Set.of(), List.of(), 42);

    /** File with these settings in a checkpoint folder. */
    public static final String FILE_NAME = "generation_config.json";

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public GenerationConfig {
        PretrainedConfig.checkPositive("max_new_tokens", maxNewTokens);
        checkTemperature(temperature);
        check(topK >= 0, "top_k must be 0 (all tokens) or more, but is %d", topK);
        checkTopP(topP);
        checkRepetitionPenalty(repetitionPenalty);
        eosTokenIds = Set.copyOf(eosTokenIds);
        stopStrings = List.copyOf(stopStrings);
        check(stopStrings.stream().noneMatch(String::isEmpty), "stop_strings must not contain an empty string");
    }

    /**
     * Reads a checkpoint folder's {@value #FILE_NAME}; what it doesn't say is as in {@link #DEFAULT}, except that the end
     * token may come from {@code config.json}.
     *
     * @throws CheckpointException if a file is broken, or asks for a way of generating that isn't supported
     */
    public static GenerationConfig load(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        GenerationConfig config = DEFAULT;
        if (Files.exists(file)) {
            try {
                config = ConfigJson.read(file, Stored.class).applyTo(config);
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(file, Objects.requireNonNullElse(e.getMessage(), "is not valid"), e);
            }
        }
        if (config.eosTokenIds().isEmpty()
                && ConfigJson.readTree(folder.resolve("config.json")).get("eos_token_id") instanceof Integer id) {
            return config.with(c -> c.eosTokenIds(Set.of(id)));
        }
        return config;
    }

    static void checkTemperature(double temperature) {
        check(
                temperature > 0 && Double.isFinite(temperature),
                "temperature must be positive, but is %s; for the likeliest token switch do_sample off",
                temperature);
    }

    static void checkTopP(double topP) {
        check(topP > 0 && topP <= 1, "top_p must be in (0, 1], but is %s", topP);
    }

    static void checkRepetitionPenalty(double penalty) {
        check(
                penalty > 0 && Double.isFinite(penalty),
                "repetition_penalty must be positive (1 for none), but is %s",
                penalty);
    }

    /** The file: every key may be absent or null. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Stored(
            @Nullable Integer maxNewTokens,
            @Nullable Boolean doSample,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double repetitionPenalty,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
            List<Integer> eosTokenId,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
            List<String> stopStrings,

            @Nullable Integer numBeams,
            @Nullable Integer noRepeatNgramSize,
            @JsonAnySetter @Nullable Map<String, Object> other) {

        GenerationConfig applyTo(GenerationConfig defaults) {
            checkOnly("num_beams", numBeams, 1);
            checkOnly("no_repeat_ngram_size", noRepeatNgramSize, 0);
            return new GenerationConfig(
                    or(maxNewTokens, defaults.maxNewTokens),
                    or(doSample, defaults.doSample),
                    or(temperature, defaults.temperature),
                    or(topK, defaults.topK),
                    or(topP, defaults.topP),
                    or(repetitionPenalty, defaults.repetitionPenalty),
                    eosTokenId == null ? defaults.eosTokenIds : Set.copyOf(eosTokenId),
                    or(stopStrings, defaults.stopStrings),
                    defaults.seed);
        }

        private static <T> T or(@Nullable T value, T fallback) {
            return Optional.ofNullable(value).orElse(fallback);
        }

        private static void checkOnly(String key, @Nullable Integer value, int supported) {
            check(value == null || value == supported, "%s is %d, but only %d is supported", key, value, supported);
        }
    }
}
