package io.transformer4j.cli;

import io.transformer4j.finetuning.HyperParameterSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Mixin of {@code finetune}: a search for good values of its other options. */
final class FineTuneSearchOptions {
    /** How points of the grid get their epochs. */
    enum Method {
        RANDOM,
        HALVING
    }

    /** What isn't tried: epochs are the budget, and the others don't change what is learnt. */
    private static final Set<String> EXCLUDED = Set.of(
            "--epochs",
            "--merge",
            "--feature-cache",
            "--gradient-checkpointing",
            "--logging-steps",
            "--save-steps",
            "--save-total-limit");

    @Option(
            names = "--search",
            paramLabel = "FILE.yaml",
            description =
                    "Look for good values first: a file of lines such as 'learning-rate: [2e-5, 5e-5]'. Trials are"
                            + " judged by the validation data, and the best is then trained with all --seeds.")
    private @Nullable Path grid;

    @Option(
            names = "--trials",
            paramLabel = "N",
            defaultValue = "16",
            description = "--search: most points of the grid to try (default: ${DEFAULT-VALUE}).")
    private int trials;

    @Option(
            names = "--search-method",
            paramLabel = "NAME",
            defaultValue = "random",
            description =
                    "--search: random (all --epochs for each) or halving (one epoch for each, then twice as many for"
                            + " the better half, and so on up to --epochs) (default: ${DEFAULT-VALUE}).")
    private Method method = Method.RANDOM;

    boolean wanted() {
        return grid != null;
    }

    int trials() {
        if (trials < 1) {
            throw new IllegalArgumentException("--trials must be positive, but is " + trials);
        }
        return trials;
    }

    Method method() {
        return method;
    }

    /**
     * The grid.
     *
     * @param command whose options it names
     * @throws IllegalArgumentException if it names one that isn't there, or that can't be searched
     */
    HyperParameterSearch grid(CommandSpec command) throws IOException {
        Path file = Objects.requireNonNull(grid);
        Map<String, List<String>> values = new LinkedHashMap<>();
        Set<String> known = searchable(command);
        for (Map.Entry<String, JsonNode> entry : tree(file).properties()) {
            String name = "--" + ConfigFile.kebabCase(entry.getKey());
            if (!known.contains(name)) {
                throw new IllegalArgumentException(file + ": '" + entry.getKey() + "' can't be searched"
                        + Spelling.nearest(name, known.stream())
                                .map(nearest -> ": did you mean '" + nearest.substring(2) + "'?")
                                .orElse("; what can is "
                                        + known.stream()
                                                .map(option -> option.substring(2))
                                                .collect(Collectors.joining(", "))));
            }
            if (!entry.getValue().isArray()) {
                throw new IllegalArgumentException(
                        file + ": '" + entry.getKey() + "' must be a list of values, such as [1, 2]");
            }
            List<String> choices = new ArrayList<>();
            entry.getValue().forEach(value -> choices.add(value.asString()));
            values.put(name, choices);
        }
        return new HyperParameterSearch(values);
    }

    private static JsonNode tree(Path file) throws IOException {
        try {
            JsonNode tree = new YAMLMapper().readTree(Files.readString(file));
            if (tree.isObject()) {
                return tree;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + ": not valid YAML: "
                            + e.getOriginalMessage().lines().findFirst().orElse(""),
                    e);
        }
        throw new IllegalArgumentException(file + ": expected lines of the form 'option: [value, value]'");
    }

    /** The options that decide how something is learnt. */
    private static Set<String> searchable(CommandSpec command) {
        return command.options().stream()
                .filter(option -> option.userObject() instanceof java.lang.reflect.Field field
                        && Set.of(
                                        FineTuneOptions.class,
                                        CommonTrainingOptions.class,
                                        FeatureHeadOptions.class,
                                        LoraOptions.class)
                                .contains(field.getDeclaringClass()))
                .map(OptionSpec::longestName)
                .filter(name -> !EXCLUDED.contains(name))
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
}
