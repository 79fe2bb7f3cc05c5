package io.transformer4j.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** What a command would run with: defaults, configuration file and flags together, in a form that {@code --config} reads. */
final class ResolvedConfig {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .build();

    private ResolvedConfig() {}

    /** The options of a parsed command in the order of their declaration; an option without a value is an empty key. */
    static String toYaml(CommandSpec command) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (OptionSpec option : command.options()) {
            if (ConfigOptions.isConfigurable(option)) {
                values.put(ConfigFile.camelCase(option.longestName().substring(2)), plain(option.getValue()));
            }
        }
        return YAML.writeValueAsString(values);
    }

    /** Numbers and booleans as they are, lists element by element, anything else by its {@code toString}. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(ResolvedConfig::plain).toList();
        }
        if (value instanceof Object[] array) {
            return plain(List.copyOf(Arrays.asList(array)));
        }
        return value.toString();
    }
}
