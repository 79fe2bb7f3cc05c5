package io.transformer4j.cli;

import io.transformer4j.tracking.RunEnvironment;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Root of the {@code t4j} command: the one place that turns outcomes into exit codes and exceptions into sentences.
 *
 * <p>Exit codes: {@value #OK} success, {@value #FAILURE} failure, {@value #USAGE} wrong usage (options, configuration file),
 * {@value #INTERRUPTED} interrupted. A failure is one sentence on standard error; its stack trace only with {@code --verbose}.
 */
@Command(
        name = "t4j",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = T4j.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Train and use Transformers on the JVM.",
        subcommands = {
            DemoCommand.class,
            TokenizerCommand.class,
            PretrainCommand.class,
            TrainSeq2SeqCommand.class,
            AverageCheckpointsCommand.class,
            MineSummariesCommand.class,
            FineTuneCommand.class,
            MergeAdapterCommand.class,
            FillMaskCommand.class,
            GenerateCommand.class,
            TranslateCommand.class,
            SummarizeCommand.class,
            EvaluateCommand.class,
            EmbedCommand.class,
            ClassifyCommand.class,
            TagCommand.class,
            AnswerCommand.class,
            SimilarityCommand.class,
            SearchCommand.class,
            InfoCommand.class,
            DownloadCommand.class,
            ImportOnnxCommand.class,
            VerifyCheckpointCommand.class,
            BenchAttentionCommand.class,
            ConvertAttentionCommand.class,
            ShowAttentionCommand.class,
            ProfileCommand.class,
            QuantizeReportCommand.class,
            ScalingCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:success", "1:failure", "2:wrong usage", "130:interrupted"})
public final class T4j implements Runnable {

    /** Exit code of success. */
    public static final int OK = 0;
    /** Exit code of a failure while the command ran. */
    public static final int FAILURE = 1;
    /** Exit code of wrong options or a wrong configuration file: nothing was done. */
    public static final int USAGE = 2;
    /** Exit code of an interrupted command, as a shell reports Ctrl-C. */
    public static final int INTERRUPTED = 130;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log details, and print the stack trace of a failure.")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs the command line and exits the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(run(new CommandLine(new T4j()), args));
    }

    /**
     * Runs {@code args} on a command line whose root command is a {@code T4j}.
     *
     * @return the exit code
     */
    static int run(CommandLine commandLine, String... args) {
        commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false)
                .setExecutionStrategy(T4j::execute)
                .setExecutionExceptionHandler((failure, leaf, result) -> fail(leaf, failure));
        try {
            Optional<ConfigFile> config = ConfigFile.find(commandLine, args);
            config.ifPresent(commandLine::setDefaultValueProvider);
            commandLine.setParameterExceptionHandler((wrong, ignored) ->
                    reject(wrong, config.flatMap(file -> file.explain(wrong)).orElse(wrong.getMessage())));
            return commandLine.execute(args);
        } catch (ParameterException wrong) {
            return reject(wrong, wrong.getMessage());
        } catch (Error failure) { // picocli hands on exceptions only
            return fail(commandLine, failure);
        }
    }

    @Override
    public void run() {
        CommandLine commandLine = Objects.requireNonNull(spec, "run by picocli").commandLine();
        commandLine.usage(commandLine.getOut());
    }

    private static int execute(ParseResult result) {
        ParseResult leaf = result;
        while (leaf.hasSubcommand()) {
            leaf = leaf.subcommand();
        }
        if (isVerbose(leaf.commandSpec().commandLine())) {
            Logging.verbose();
        }
        if (ConfigOptions.printRequested(leaf)) {
            PrintWriter out = leaf.commandSpec().commandLine().getOut();
            out.print(ResolvedConfig.toYaml(leaf.commandSpec()));
            out.flush();
            return OK;
        }
        return new RunLast().execute(result); // which also answers --help and --version
    }

    private static int fail(CommandLine commandLine, Throwable failure) {
        PrintWriter err = commandLine.getErr();
        err.println(commandLine.getCommandSpec().qualifiedName() + ": " + Failures.sentence(failure));
        if (isVerbose(commandLine)) {
            failure.printStackTrace(err);
        }
        err.flush();
        return Failures.isInterruption(failure) ? INTERRUPTED : FAILURE;
    }

    private static int reject(ParameterException wrong, String sentence) {
        CommandLine commandLine = wrong.getCommandLine();
        String name = commandLine.getCommandSpec().qualifiedName();
        PrintWriter err = commandLine.getErr();
        err.println(name + ": " + sentence + suggestion(wrong) + " (see " + name + " --help)");
        err.flush();
        return USAGE;
    }

    /** For a misspelt option or command. */
    private static String suggestion(ParameterException wrong) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        Stream<String> known = unmatched.isUnknownOption()
                ? command.options().stream().map(OptionSpec::longestName)
                : command.subcommands().keySet().stream();
        return Spelling.nearest(unmatched.getUnmatched().get(0), known)
                .map(": did you mean '%s'?"::formatted)
                .orElse("");
    }

    private static boolean isVerbose(CommandLine commandLine) {
        CommandLine root = commandLine;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        return root.getCommand() instanceof T4j t4j && t4j.verbose;
    }

    /** The project's version, and the Java that runs it. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "t4j %s (libtorch %s, Java %s, %s %s)"
                        .formatted(
                                RunEnvironment.version("transformer4j"),
                                RunEnvironment.version("libtorch"),
                                Runtime.version(),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch"))
            };
        }
    }
}
