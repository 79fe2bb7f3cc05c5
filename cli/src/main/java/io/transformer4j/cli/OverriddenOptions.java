package io.transformer4j.cli;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a command that was parsed, as defaults for another instance of it, but for some that have other values. */
final class OverriddenOptions implements IDefaultValueProvider {
    private final CommandSpec parsed;
    private final Map<String, String> overrides;

    /**
     * Defaults.
     *
     * @param overrides values by long option name
     */
    OverriddenOptions(CommandSpec parsed, Map<String, String> overrides) {
        this.parsed = parsed;
        this.overrides = overrides;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option)) {
            return null;
        }
        String name = option.longestName();
        OptionSpec original = parsed.findOption(name);
        String override = overrides.get(name);
        return override != null || original == null ? override : text(original.getValue());
    }

    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Collection<?> values) {
            return values.isEmpty()
                    ? null
                    : values.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? null : value.toString();
    }
}
