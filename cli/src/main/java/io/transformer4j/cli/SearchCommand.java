package io.transformer4j.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code t4j search}: texts by their meaning. */
@Command(
        name = "search",
        description = "Index texts, and find them by meaning.",
        subcommands = {SearchIndexCommand.class, SearchQueryCommand.class})
final class SearchCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine commandLine = Objects.requireNonNull(spec, "run by picocli").commandLine();
        commandLine.usage(commandLine.getOut());
    }
}
