package io.transformer4j.verification;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Generated tokens against those of HF's {@code generate()}. */
final class GenerationComparison {
    private static final Set<String> KNOWN_ARGUMENTS = Set.of(
            "max_new_tokens",
            "max_length",
            "do_sample",
            "pad_token_id",
            "eos_token_id",
            "use_cache",
            "num_beams",
            "num_return_sequences",
            "length_penalty",
            "early_stopping",
            "no_repeat_ngram_size",
            "encoder_no_repeat_ngram_size",
            "min_new_tokens",
            "min_length",
            "repetition_penalty",
            "encoder_repetition_penalty",
            "bad_words_ids",
            "forced_bos_token_id",
            "forced_eos_token_id",
            // without a meaning where nothing is drawn
            "temperature",
            "top_k",
            "top_p");
    /** What rounding leaves of sums of log-probabilities, as a share of the largest where that is above 1. */
    private static final double SCORE_TOLERANCE = 1e-5;

    private final PretrainedModel model;
    private final JsonNode spec;
    /** Settings of the checkpoint, where arguments are silent. */
    private final Map<String, Object> defaults;

    private GenerationComparison(PretrainedModel model, JsonNode spec, Map<String, Object> defaults) {
        this.model = model;
        this.spec = spec;
        this.defaults = defaults;
    }

    /**
     * The comparison of all that the references generated.
     *
     * @param config has the settings if the checkpoint has no file for them, as in HF
     */
    static GenerationComparison of(PretrainedModel model, References references, Map<String, Object> config) {
        Map<String, Object> own = model.generationConfig();
        return new GenerationComparison(model, references.generation(), own.isEmpty() ? config : own);
    }

    /** Runs everything that the references generated. */
    void addTo(List<Check> checks, List<String> problems) {
        for (JsonNode run : spec.path("runs")) {
            String name = run.required("name").asString();
            try {
                compare("generate " + name, run, checks);
            } catch (IllegalArgumentException e) {
                problems.add("generate " + name + ": " + e.getMessage());
            }
        }
    }

    private void compare(String part, JsonNode run, List<Check> checks) {
        JsonNode arguments = run.required("args");
        checkArguments(arguments);
        PaddedPrompts prompts = prompts();
        GenerationConfig settings = settings(arguments, prompts.prefixLength());
        List<Generation> generated = generate(prompts, settings);
        JsonNode sequences = run.required("sequences");
        check(
                sequences.size() == generated.size(),
                "%d texts are expected, but %d were written",
                sequences.size(),
                generated.size());
        int wrong = 0;
        double worst = 0;
        double scale = 1;
        for (int row = 0; row < generated.size(); row++) {
            Generation generation = generated.get(row);
            wrong += differences(
                    generation.newIds(),
                    continuation(sequences.get(row), prompts.prefixLength(), settings.eosTokenIds()));
            if (generation.score() != null) {
                double expected = run.required("sequences_scores").required(row).asDouble();
                worst = Math.max(worst, Math.abs(generation.score() - expected));
                scale = Math.max(scale, Math.abs(expected));
            }
        }
        checks.add(new Check(part, Check.Kind.IDS, "sequences", wrong, 0));
        if (run.has("sequences_scores")) {
            checks.add(new Check(part, Check.Kind.SCORES, "sequences_scores", worst, SCORE_TOLERANCE * scale));
        }
    }

    private static void checkArguments(JsonNode arguments) {
        for (String key : arguments.propertyNames()) {
            check(KNOWN_ARGUMENTS.contains(key), "%s is not supported", key);
        }
        check(!arguments.path("do_sample").asBoolean(false), "drawn tokens can't be compared");
    }

    private PaddedPrompts prompts() {
        if (!(model instanceof GenerativeModel generative)) {
            throw new IllegalArgumentException(model.architecture() + " doesn't generate");
        }
        JsonNode ids = spec.required("input_ids");
        TokenGrid grid = TokenGrid.of(ids, spec.get("attention_mask"));
        List<int[]> rows = ids.valueStream()
                .map(row -> row.valueStream().mapToInt(JsonNode::asInt).toArray())
                .toList();
        return new PaddedPrompts(generative, grid, rows);
    }

    private GenerationConfig settings(JsonNode arguments, int prefixLength) {
        Map<String, Object> tree = new LinkedHashMap<>(defaults);
        arguments.properties().forEach(argument -> tree.put(argument.getKey(), argument.getValue()));
        return GenerationConfig.of(tree, prefixLength);
    }

    private static List<Generation> generate(PaddedPrompts prompts, GenerationConfig settings) {
        try (ComputePool pool = new ComputePool(1)) {
            return new TextGenerator(prompts, null, pool, Precision.FP32).generate(prompts.inputs(), settings);
        }
    }

    /** What follows the prompt, up to and with the first end token: behind it comes padding. */
    private static List<Integer> continuation(JsonNode sequence, int prompt, Set<Integer> endTokens) {
        List<Integer> ids = new ArrayList<>();
        for (int column = prompt; column < sequence.size(); column++) {
            ids.add(sequence.get(column).asInt());
            if (endTokens.contains(sequence.get(column).asInt())) {
                break;
            }
        }
        return ids;
    }

    private static int differences(List<Integer> actual, List<Integer> expected) {
        int shorter = Math.min(actual.size(), expected.size());
        int longer = Math.max(actual.size(), expected.size());
        int wrong = longer - shorter;
        for (int i = 0; i < shorter; i++) {
            wrong += actual.get(i).equals(expected.get(i)) ? 0 : 1;
        }
        return wrong;
    }
}
