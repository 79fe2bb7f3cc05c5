package io.transformer4j.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Mixin of a subcommand that applies a model to texts: {@code MODEL TEXT…}, or {@code --model MODEL TEXT…}. */
public final class ModelAndTexts {
    @Parameters(
            arity = "0..*",
            paramLabel = "[MODEL] TEXT",
            description = "The model, unless --model names it, and texts; - for standard input.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--model", paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private @Nullable String model;

    /**
     * The model's name.
     *
     * @throws ParameterException if there is none
     */
    String model(CommandSpec command) {
        if (model != null) {
            return model;
        }
        if (arguments.isEmpty()) {
            throw new ParameterException(command.commandLine(), "Missing required parameter: 'MODEL'");
        }
        return arguments.get(0);
    }

    /** All texts on the command line. */
    List<String> texts() {
        return model == null && !arguments.isEmpty() ? arguments.subList(1, arguments.size()) : arguments;
    }

    /**
     * The one text on the command line.
     *
     * @param label what the command calls it
     * @throws ParameterException if there is none, or more than one
     */
    String text(CommandSpec command, String label) {
        List<String> texts = texts();
        if (texts.isEmpty()) {
            throw new ParameterException(command.commandLine(), "Missing required parameter: '" + label + "'");
        }
        if (texts.size() > 1) {
            throw new ParameterException(
                    command.commandLine(),
                    "there is one " + label + " too many, '" + texts.get(1) + "': put it in quotes");
        }
        return texts.get(0);
    }
}
