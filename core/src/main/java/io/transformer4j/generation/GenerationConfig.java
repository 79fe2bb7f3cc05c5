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
import tools.jackson.databind.json.JsonMapper;

/**
 * How tokens are chosen and when to stop; names and meanings as in HF {@code GenerationConfig}.
 *
 * @param maxNewTokens most tokens to add to a prompt
 * @param doSample whether to draw tokens by their probabilities; otherwise the likeliest is taken
 * @param temperature divisor of the scores before sampling
 * @param topK sample among this many likeliest tokens; 0 for all
 * @param topP sample among the likeliest tokens that together have this probability; 1 for all
 * @param repetitionPenalty divisor of positive and factor of negative scores of tokens that occurred; 1 for none
 * @param encoderRepetitionPenalty factor of positive and divisor of negative scores of the source's tokens; 1 for none
 * @param numBeams hypotheses that beam search follows; 1 for none
 * @param numReturnSequences best hypotheses to return for each prompt
 * @param lengthPenalty above 0, long hypotheses gain; their log-probability is divided by a power of their length
 * @param lengthNormalization which power
 * @param earlyStopping when beam search has seen enough
 * @param noRepeatNgramSize no sequence of this many tokens comes twice; 0 for no such rule
 * @param encoderNoRepeatNgramSize no sequence of this many tokens of the source comes again; 0 for no such rule
 * @param minNewTokens fewest tokens to add before a text may end
 * @param badWordsIds sequences of tokens that must not come up
 * @param forcedBosTokenId first token behind the decoder's start token, or behind a prompt of one token; null for any
 * @param forcedEosTokenId last token of a text that has become as long as it may; null for any
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
        double encoderRepetitionPenalty,
        int numBeams,
        int numReturnSequences,
        double lengthPenalty,
        LengthNormalization lengthNormalization,
        EarlyStopping earlyStopping,
        int noRepeatNgramSize,
        int encoderNoRepeatNgramSize,
        int minNewTokens,
        List<List<Integer>> badWordsIds,
        @Nullable Integer forcedBosTokenId,
        @Nullable Integer forcedEosTokenId,
        Set<Integer> eosTokenIds,
        List<String> stopStrings,
        long seed)
        implements GenerationConfigBuilder.With {

    /** Greedy, up to 50 tokens; when sampling is switched on, among the 50 likeliest tokens, as in HF. */
    public static final GenerationConfig DEFAULT = new GenerationConfig(
            50,
            false,
            1,
            50,
            1,
            1,
            1,
            1,
            1,
            1,
            LengthNormalization.LENGTH,
            EarlyStopping.FALSE,
            0,
            0,
            0,
            List.of(),
            null,
            null,
            Set.of(),
            List.of(),
            42);

    /** What a hypothesis' log-probability is divided by. */
    public enum LengthNormalization {
        /** {@code length^penalty}, as in HF. */
        LENGTH {
            @Override
            double divisor(int length, double penalty) {
                return Math.pow(length, penalty);
            }
        },
        /** {@code ((5 + length) / 6)^penalty} (Wu et al. 2016, eq. 14). */
        GNMT {
            @Override
            double divisor(int length, double penalty) {
                return Math.pow((5 + length) / 6.0, penalty);
            }
        };

        abstract double divisor(int length, double penalty);
    }

    /** When beam search has seen enough, once there are as many finished hypotheses as beams. */
    public enum EarlyStopping {
        /** When the best running one, were it to end now, is not better than the worst finished one. */
        FALSE,
        /** At once. */
        TRUE,
        /** When the best running one could not get better than the worst finished one at any length. */
        NEVER;

        static EarlyStopping of(@Nullable Object value) {
            if (value == null || Boolean.FALSE.equals(value)) {
                return FALSE;
            }
            check(
                    Boolean.TRUE.equals(value) || "never".equals(value),
                    "early_stopping must be true, false or \"never\", but is %s",
                    value);
            return Boolean.TRUE.equals(value) ? TRUE : NEVER;
        }
    }

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
        checkPenalty("repetition_penalty", repetitionPenalty);
        checkPenalty("encoder_repetition_penalty", encoderRepetitionPenalty);
        PretrainedConfig.checkPositive("num_beams", numBeams);
        check(
                numReturnSequences >= 1 && numReturnSequences <= numBeams,
                "num_return_sequences must be between 1 and num_beams (%d), but is %d",
                numBeams,
                numReturnSequences);
        check(!doSample || numBeams == 1, "do_sample and num_beams %d exclude each other", numBeams);
        check(Double.isFinite(lengthPenalty), "length_penalty must be a number, but is %s", lengthPenalty);
        checkSize("no_repeat_ngram_size", noRepeatNgramSize);
        checkSize("encoder_no_repeat_ngram_size", encoderNoRepeatNgramSize);
        check(
                minNewTokens >= 0 && minNewTokens <= maxNewTokens,
                "min_new_tokens must be between 0 and max_new_tokens (%d), but is %d",
                maxNewTokens,
                minNewTokens);
        badWordsIds = badWordsIds.stream().map(List::copyOf).toList();
        check(badWordsIds.stream().noneMatch(List::isEmpty), "bad_words_ids must not contain an empty list");
        eosTokenIds = Set.copyOf(eosTokenIds);
        stopStrings = List.copyOf(stopStrings);
        check(stopStrings.stream().noneMatch(String::isEmpty), "stop_strings must not contain an empty string");
    }

    /**
     * Reads a checkpoint folder's {@value #FILE_NAME}; what it doesn't say is as in {@link #DEFAULT}, except that the end
     * token may come from {@code config.json}. {@code max_length} and {@code min_length}, which count the prompt too, are read
     * where that is the decoder's start token.
     *
     * @throws CheckpointException if a file is broken, or asks for a way of generating that isn't supported
     */
    public static GenerationConfig load(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        Map<String, Object> model = ConfigJson.readTree(folder.resolve("config.json"));
        Integer promptLength = Boolean.TRUE.equals(model.get("is_encoder_decoder")) ? 1 : null;
        GenerationConfig config = DEFAULT;
        if (Files.exists(file)) {
            try {
                config = ConfigJson.read(file, Stored.class).applyTo(config, promptLength);
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(file, Objects.requireNonNullElse(e.getMessage(), "is not valid"), e);
            }
        }
        if (config.eosTokenIds().isEmpty() && model.get("eos_token_id") instanceof Integer id) {
            return config.with(c -> c.eosTokenIds(Set.of(id)));
        }
        return config;
    }

    /**
     * Settings in the words of {@value #FILE_NAME}; what {@code tree} doesn't say is as in {@link #DEFAULT}.
     *
     * @param promptLength of the prompts, which {@code max_length} and {@code min_length} count too
     * @throws IllegalArgumentException in one sentence with the key's name
     */
    public static GenerationConfig of(Map<String, ?> tree, int promptLength) {
        return JsonMapper.shared().convertValue(tree, Stored.class).applyTo(DEFAULT, promptLength);
    }

    /** Most tokens of a text with its prompt, in a model of {@code positions}. */
    int maxLength(int promptLength, int positions) {
        return (int) Math.min(positions, (long) promptLength + maxNewTokens);
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

    static void checkPenalty(String key, double penalty) {
        check(penalty > 0 && Double.isFinite(penalty), "%s must be positive (1 for none), but is %s", key, penalty);
    }

    private static void checkSize(String key, int size) {
        check(size >= 0, "%s must not be negative, but is %d", key, size);
    }

    /** The file: every key may be absent or null. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Stored(
            @Nullable Integer maxNewTokens,
            @Nullable Integer maxLength,
            @Nullable Boolean doSample,
            @Nullable Double temperature,
            @Nullable Integer topK,
            @Nullable Double topP,
            @Nullable Double repetitionPenalty,
            @Nullable Double encoderRepetitionPenalty,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
            List<Integer> eosTokenId,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable
            List<String> stopStrings,

            @Nullable Integer numBeams,
            @Nullable Integer numReturnSequences,
            @Nullable Double lengthPenalty,
            @Nullable Object earlyStopping,
            @Nullable Integer noRepeatNgramSize,
            @Nullable Integer encoderNoRepeatNgramSize,
            @Nullable Integer minNewTokens,
            @Nullable Integer minLength,
            @Nullable List<List<Integer>> badWordsIds,
            @Nullable Integer forcedBosTokenId,
            @Nullable Integer forcedEosTokenId,
            @JsonAnySetter @Nullable Map<String, Object> other) {

        /** Lengths that count the prompt don't apply if its length isn't known. */
        GenerationConfig applyTo(GenerationConfig defaults, @Nullable Integer promptLength) {
            int most = or(maxNewTokens, or(behind(promptLength, maxLength), defaults.maxNewTokens));
            int fewest = Math.max(
                    or(minNewTokens, defaults.minNewTokens), Math.min(most, or(behind(promptLength, minLength), 0)));
            return defaults.with(c -> c.maxNewTokens(most)
                    .doSample(or(doSample, defaults.doSample))
                    .temperature(or(temperature, defaults.temperature))
                    .topK(or(topK, defaults.topK))
                    .topP(or(topP, defaults.topP))
                    .repetitionPenalty(or(repetitionPenalty, defaults.repetitionPenalty))
                    .encoderRepetitionPenalty(or(encoderRepetitionPenalty, defaults.encoderRepetitionPenalty))
                    .numBeams(or(numBeams, defaults.numBeams))
                    .numReturnSequences(or(numReturnSequences, defaults.numReturnSequences))
                    .lengthPenalty(or(lengthPenalty, defaults.lengthPenalty))
                    .earlyStopping(EarlyStopping.of(earlyStopping))
                    .noRepeatNgramSize(or(noRepeatNgramSize, defaults.noRepeatNgramSize))
                    .encoderNoRepeatNgramSize(or(encoderNoRepeatNgramSize, defaults.encoderNoRepeatNgramSize))
                    .minNewTokens(fewest)
                    .badWordsIds(or(badWordsIds, defaults.badWordsIds))
                    .forcedBosTokenId(forcedBosTokenId)
                    .forcedEosTokenId(forcedEosTokenId)
                    .eosTokenIds(eosTokenId == null ? defaults.eosTokenIds : Set.copyOf(eosTokenId))
                    .stopStrings(or(stopStrings, defaults.stopStrings)));
        }

        private static @Nullable Integer behind(@Nullable Integer promptLength, @Nullable Integer length) {
            return promptLength == null || length == null ? null : length - promptLength;
        }

        private static <T> T or(@Nullable T value, T fallback) {
            return Optional.ofNullable(value).orElse(fallback);
        }
    }
}
