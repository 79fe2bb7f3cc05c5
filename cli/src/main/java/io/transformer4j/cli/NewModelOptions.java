package io.transformer4j.cli;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Options of a mixin that describe a new model. They would be ignored beside one of those that bring a model's architecture, which
 * must not happen silently; a configuration file, in contrast, may be shared by both kinds of run.
 */
final class NewModelOptions {
    private static final List<String> SOURCES = List.of("--model", "--model-config");

    private NewModelOptions() {}

    /**
     * Checks the command line that is being executed.
     *
     * @throws ParameterException if it has one of {@code mixin}'s options beside a source of the architecture
     */
    static void refuseBesideGivenArchitecture(CommandSpec command, Class<?> mixin) {
        ParseResult parsed = command.commandLine().getParseResult();
        Optional<String> source =
                SOURCES.stream().filter(parsed::hasMatchedOption).findFirst();
        Optional<OptionSpec> size = parsed.matchedOptions().stream()
                .filter(option -> option.userObject() instanceof Field field && field.getDeclaringClass() == mixin)
                .filter(option -> !SOURCES.contains(option.longestName()))
                .findFirst();
        if (source.isPresent() && size.isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    size.get().longestName() + " describes a new model, but that of " + source.get()
                            + " has its own architecture: give only one of the two");
        }
    }
}
