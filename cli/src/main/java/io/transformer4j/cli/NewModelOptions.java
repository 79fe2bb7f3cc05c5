package io.transformer4j.cli;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Options of a mixin that describe something new. They would be ignored beside an option that brings the thing, which must not happen
 * silently; a configuration file, in contrast, may be shared by both kinds of run.
 */
final class NewModelOptions {
    private static final String MODEL = "--model";
    private static final List<String> ARCHITECTURES = List.of(MODEL, "--model-config");

    private NewModelOptions() {}

    /**
     * Checks the command line that is being executed.
     *
     * @throws ParameterException if it has one of {@code mixin}'s options beside a source of the architecture
     */
    static void refuseBesideGivenArchitecture(CommandSpec command, Class<?> mixin) {
        ARCHITECTURES.forEach(source ->
                refuse(command, mixin, source, "a new model, but that of " + source + " has its own architecture"));
    }

    /**
     * Checks the command line that is being executed.
     *
     * @throws ParameterException if it has one of {@code mixin}'s options beside a model, which has tokenizers already
     */
    static void refuseBesideGivenVocabulary(CommandSpec command, Class<?> mixin) {
        refuse(command, mixin, MODEL, "a new vocabulary, but the model of " + MODEL + " has its own");
    }

    private static void refuse(CommandSpec command, Class<?> mixin, String source, String conflict) {
        ParseResult parsed = command.commandLine().getParseResult();
        if (!parsed.hasMatchedOption(source)) {
            return;
        }
        Optional<OptionSpec> refused = parsed.matchedOptions().stream()
                .filter(option -> option.userObject() instanceof Field field && field.getDeclaringClass() == mixin)
                .filter(option -> !ARCHITECTURES.contains(option.longestName()))
                .findFirst();
        if (refused.isPresent()) {
            throw new ParameterException(
                    command.commandLine(),
                    refused.get().longestName() + " describes " + conflict + ": give only one of the two");
        }
    }
}
