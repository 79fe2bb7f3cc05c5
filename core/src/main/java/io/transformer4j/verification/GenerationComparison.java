package io.transformer4j.verification;

import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Generated tokens against those of HF's {@code generate()}. */
final class GenerationComparison {
    private static final Set<String> KNOWN_ARGUMENTS = Set.of(
            "max_new_tokens",
            "do_sample",
            "pad_token_id",
            "eos_token_id",
            "use_cache",
            "num_beams",
            "num_return_sequences",
            "length_penalty",
            "early_stopping",
            "no_repeat_ngram_size",
            "min_new_tokens",
            "repetition_penalty",
            "bad_words_ids",
            "forced_bos_token_id",
            "forced_eos_token_id");
    /** What rounding leaves of sums of log-probabilities. */
    private static final double SCORE_TOLERANCE = 1e-5;

    private final PretrainedModel model;
    private final JsonNode spec;
    private final Map<String, Object> config;

    private GenerationComparison(PretrainedModel model, JsonNode spec, Map<String, Object> config) {
        this.model = model;
        this.spec = spec;
        this.config = config;
    }

    static GenerationComparison of(PretrainedModel model, References references, Map<String, Object> config) {
        return new GenerationComparison(model, references.generation(), config);
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
        List<Generation> generated = generate(arguments);
        int prompt = model instanceof CausalLanguageModel
                ? spec.required("input_ids").path(0).size()
                : 1; // the decoder's start token
        int wrong = 0;
        double worst = 0;
        for (int row = 0; row < generated.size(); row++) {
            Generation generation = generated.get(row);
            wrong += differences(
                    generation.newIds(),
                    continuation(run.required("sequences").required(row), prompt, endTokens(arguments)));
            if (generation.score() != null) {
                double expected = run.required("sequences_scores").required(row).asDouble();
                worst = Math.max(worst, Math.abs(generation.score() - expected));
            }
        }
        checks.add(new Check(part, Check.Kind.IDS, "sequences", wrong, 0));
        if (run.has("sequences_scores")) {
            checks.add(new Check(part, Check.Kind.SCORES, "sequences_scores", worst, SCORE_TOLERANCE));
        }
    }

    private List<Generation> generate(JsonNode arguments) {
        for (String key : arguments.propertyNames()) {
            if (!KNOWN_ARGUMENTS.contains(key)) {
                throw new IllegalArgumentException(key + " is not supported");
            }
        }
        if (arguments.path("do_sample").asBoolean(false)) {
            throw new IllegalArgumentException("drawn tokens can't be compared");
        }
        if (!(model instanceof GenerativeModel)) {
            throw new IllegalArgumentException(model.architecture() + " doesn't generate");
        }
        try (ComputePool pool = new ComputePool(1)) {
            return generator(model, pool).generate(prompts(), settings(arguments));
        }
    }

    /** What the arguments and, where they are silent, the model's configuration ask for. */
    private GenerationConfig settings(JsonNode arguments) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (String key : List.of("forced_bos_token_id", "forced_eos_token_id")) {
            if (config.get(key) != null) {
                tree.put(key, config.get(key));
            }
        }
        arguments.properties().forEach(argument -> tree.put(argument.getKey(), argument.getValue()));
        tree.put("eos_token_id", endTokens(arguments));
        return GenerationConfig.of(tree);
    }

    @SuppressWarnings("unchecked") // the caller has checked the interface, which the parameter's type can't say
    private static <M extends PretrainedModel & GenerativeModel> TextGenerator generator(
            PretrainedModel model, ComputePool pool) {
        return new TextGenerator((M) model, null, pool, Precision.FP32);
    }

    private Set<Integer> endTokens(JsonNode arguments) {
        if (arguments.has("eos_token_id")) {
            JsonNode id = arguments.get("eos_token_id");
            return id.isArray()
                    ? Set.copyOf(id.valueStream().map(JsonNode::asInt).toList())
                    : Set.of(id.asInt());
        }
        return config.get("eos_token_id") instanceof Integer id ? Set.of(id) : Set.of();
    }

    private List<int[]> prompts() {
        TokenGrid grid = TokenGrid.of(spec.required("input_ids"), spec.get("attention_mask"));
        return IntStream.range(0, grid.rows())
                .mapToObj(row -> IntStream.range(0, grid.columns())
                        .filter(column -> grid.isReal(row, column))
                        .map(column ->
                                spec.get("input_ids").get(row).get(column).asInt())
                        .toArray())
                .toList();
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
