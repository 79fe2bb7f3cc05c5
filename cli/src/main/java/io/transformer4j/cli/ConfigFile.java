package io.transformer4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * A YAML file whose keys are a command's long option names, served to picocli as default values: so flags override the file, a
 * required option may come from it, and each value is converted and checked exactly as on the command line.
 */
final class ConfigFile implements IDefaultValueProvider {

    /** One key of the file. */
    private record Entry(String key, int line, String value) {}

    private final Path file;
    private final CommandSpec command;
    private final Map<OptionSpec, Entry> entries;

    private ConfigFile(Path file, CommandSpec command, Map<OptionSpec, Entry> entries) {
        this.file = file;
        this.command = command;
        this.entries = entries;
    }

    /**
     * Reads the file that {@code --config} names, if there is one and the subcommand takes it. Picocli assigns defaults before it
     * looks at arguments, hence this look ahead.
     *
     * @throws ParameterException if the file can't be read or a key isn't a long option of the subcommand
     */
    static Optional<ConfigFile> find(CommandLine root, String... args) {
        CommandLine subcommand = subcommand(root, args);
        if (!ConfigOptions.supportedBy(subcommand.getCommandSpec())) {
            return Optional.empty();
        }
        OptionSpec option =
                OptionSpec.builder(ConfigOptions.CONFIG).type(Path.class).build();
        CommandLine locator = new CommandLine(CommandSpec.create().addOption(option))
                .setUnmatchedArgumentsAllowed(true)
                .setExpandAtFiles(false);
        ParseResult result;
        try {
            result = locator.parseArgs(args);
        } catch (ParameterException ignored) { // --config without a value: the full parse says so in its own words
            return Optional.empty();
        }
        Path file = result.matchedOptionValue(ConfigOptions.CONFIG, null);
        return Optional.ofNullable(file).map(path -> read(path, subcommand));
    }

    private static CommandLine subcommand(CommandLine root, String... args) {
        CommandLine command = root;
        for (String arg : args) {
            CommandLine next = command.getSubcommands().get(arg);
            if (next != null) {
                command = next;
            } else if (!arg.startsWith("-")) {
                break;
            }
        }
        return command;
    }

    private static ConfigFile read(Path file, CommandLine subcommand) {
        CommandSpec command = subcommand.getCommandSpec();
        try (JsonParser parser = new YAMLMapper().createParser(Files.readString(file))) {
            return new ConfigFile(file, command, new Reader(parser, command).read());
        } catch (IOException e) {
            throw new ParameterException(subcommand, Failures.sentence(e), e);
        } catch (JacksonException e) {
            throw new ParameterException(
                    subcommand,
                    "%s, line %d: not valid YAML: %s"
                            .formatted(
                                    file,
                                    e.getLocation() == null
                                            ? 1
                                            : e.getLocation().getLineNr(),
                                    e.getOriginalMessage().lines().findFirst().orElse("")),
                    e);
        } catch (WrongEntry e) {
            throw new ParameterException(subcommand, "%s, line %d: %s".formatted(file, e.line, e.getMessage()), e);
        }
    }

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
        Entry entry = arg instanceof OptionSpec option && arg.command() == command ? entries.get(option) : null;
        return entry == null ? null : entry.value;
    }

    /** The sentence for an error that a value of this file caused, naming the file, the line and the key as written there. */
    Optional<String> explain(ParameterException wrong) {
        Entry entry = wrong.getArgSpec() instanceof OptionSpec option ? entries.get(option) : null;
        if (entry == null || !entry.value.equals(wrong.getValue())) {
            return Optional.empty();
        }
        String reason = wrong.getCause() instanceof TypeConversionException
                ? wrong.getCause().getMessage()
                : wrong.getMessage();
        return Optional.of("%s, line %d: %s: %s".formatted(file, entry.line, entry.key, reason));
    }

    /** {@code maxSteps} and {@code max-steps} alike to {@code max-steps}. */
    static String kebabCase(String key) {
        return key.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** {@code max-steps} to {@code maxSteps}. */
    static String camelCase(String key) {
        StringBuilder camel = new StringBuilder();
        for (String word : key.split("-", -1)) {
            camel.append(
                    camel.isEmpty() || word.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return camel.toString();
    }

    /** What is wrong with a line, to be completed with the file's name. */
    private static final class WrongEntry extends RuntimeException {
        private final int line;

        WrongEntry(int line, String message) {
            super(message);
            this.line = line;
        }
    }

    /** Reads one flat mapping; token by token, since a tree would have lost the line numbers and how a number was written. */
    private static final class Reader {
        private final JsonParser parser;
        private final Map<String, OptionSpec> options = new HashMap<>();

        Reader(JsonParser parser, CommandSpec command) {
            this.parser = parser;
            command.options().stream().filter(ConfigOptions::isConfigurable).forEach(option -> {
                for (String name : option.names()) {
                    if (name.startsWith("--")) {
                        options.put(name.substring(2), option);
                    }
                }
            });
        }

        Map<OptionSpec, Entry> read() {
            Map<OptionSpec, Entry> entries = new LinkedHashMap<>();
            JsonToken first = parser.nextToken();
            if (first == null) { // an empty file
                return entries;
            }
            if (first != JsonToken.START_OBJECT) {
                throw new WrongEntry(line(), "expected lines of the form 'option: value'");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                int line = line();
                OptionSpec option = options.get(kebabCase(key));
                if (option == null) {
                    throw new WrongEntry(line, "unknown key '%s'%s".formatted(key, suggestion(key)));
                }
                String value = value(key, option);
                if (value != null && entries.put(option, new Entry(key, line, value)) != null) {
                    throw new WrongEntry(line, "%s is given twice".formatted(key));
                }
            }
            return entries;
        }

        /** The value as a command-line argument, or null if it is left empty. */
        private @Nullable String value(String key, OptionSpec option) {
            JsonToken token = parser.nextToken();
            int line = line();
            if (token == JsonToken.VALUE_NULL) {
                return null;
            }
            if (token == JsonToken.START_ARRAY) {
                if (option.splitRegex().isEmpty()) {
                    throw new WrongEntry(line, "%s takes one value, not a list".formatted(key));
                }
                List<String> values = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(scalar(key));
                }
                return String.join(",", values);
            }
            String value = scalar(key);
            if (isFlag(option) && token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
                throw new WrongEntry(line, "%s must be true or false, not '%s'".formatted(key, value));
            }
            return value;
        }

        private String scalar(String key) {
            if (!parser.currentToken().isScalarValue()) {
                throw new WrongEntry(line(), "%s must be a value or a list of values".formatted(key));
            }
            return parser.getString();
        }

        private int line() {
            return parser.currentTokenLocation().getLineNr();
        }

        private String suggestion(String key) {
            boolean kebab = key.contains("-");
            Stream<String> known = options.keySet().stream().map(name -> kebab ? name : camelCase(name));
            return Spelling.nearest(key, known)
                    .map(": did you mean '%s'?"::formatted)
                    .orElse("");
        }

        private static boolean isFlag(OptionSpec option) {
            return option.arity().max() == 0;
        }
    }
}
