package io.transformer4j.cli;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/**
 * Mixin of a subcommand whose options may also come from a YAML file.
 *
 * <p>The keys of the file are the subcommand's long option names, as {@code max-steps} or {@code maxSteps}. An option of more than
 * one value must declare {@code split = ","}, since that is how picocli takes a list as a default.
 *
 * <pre>{@code
 * @Mixin final ConfigOptions config = new ConfigOptions();
 * }</pre>
 */
@SuppressWarnings("unused") // the fields are there for picocli: their values are taken from the parse result
public final class ConfigOptions {

    static final String CONFIG = "--config";
    static final String PRINT_CONFIG = "--print-config";

    /** What is not part of a configuration: options about the configuration itself, or about how the command talks. */
    private static final Set<String> EXCLUDED = Set.of(CONFIG, PRINT_CONFIG, "--verbose", "--help", "--version");

    @Option(
            names = CONFIG,
            paramLabel = "FILE.yaml",
            description = "Read options from a YAML file; options on the command line override it.")
    private @Nullable Path file;

    @Option(names = PRINT_CONFIG, description = "Print the resolved options as YAML and exit.")
    private boolean print;

    /** Whether the command takes a configuration file. */
    static boolean supportedBy(CommandSpec command) {
        return command.findOption(CONFIG) != null;
    }

    /** Whether the option may stand in a configuration file. */
    static boolean isConfigurable(OptionSpec option) {
        return !EXCLUDED.contains(option.longestName()) && option.longestName().startsWith("--");
    }

    static boolean printRequested(ParseResult leaf) {
        return leaf.hasMatchedOption(PRINT_CONFIG) && !leaf.isUsageHelpRequested() && !leaf.isVersionHelpRequested();
    }
}
