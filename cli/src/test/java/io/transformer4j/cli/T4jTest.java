package io.transformer4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The real main class, in processes of its own. */
class T4jTest {

    @Test
    void versionNamesProjectLibtorchAndJava() throws Exception {
        ChildProcess t4j = ChildProcess.java(T4j.class, "--version");

        assertThat(t4j.exitCode()).isZero();
        assertThat(t4j.out()).matches("t4j \\d+\\.\\d+\\.\\d+\\S* \\(libtorch 2\\.\\S+, Java \\d+.*\\)\\R");
        assertThat(t4j.err()).isEmpty();
    }

    @Test
    void withoutArgumentsItExplainsItself() throws Exception {
        ChildProcess t4j = ChildProcess.java(T4j.class);

        assertThat(t4j.exitCode()).isZero();
        assertThat(t4j.out()).startsWith("Usage: t4j").contains("Exit codes:");
    }

    @Test
    void anUnknownOptionIsWrongUsage() throws Exception {
        ChildProcess t4j = ChildProcess.java(T4j.class, "--versoin");

        assertThat(t4j.exitCode()).isEqualTo(T4j.USAGE);
        assertThat(t4j.err())
                .isEqualToIgnoringNewLines(
                        "t4j: Unknown option: '--versoin': did you mean '--version'? (see t4j --help)");
        assertThat(t4j.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    argument     |   1 | hidden_size (7) must be a multiple of 2
                    missing-file |   1 | corpus.txt: no such file or folder
                    io           |   1 | disk full
                    bug          |   1 | unexpected error: java.lang.NullPointerException: "x" is null (--verbose shows where)
                    interrupt    | 130 | interrupted
                    """)
    void aFailureIsOneSentenceAndAnExitCode(String with, int exitCode, String sentence) throws Exception {
        ChildProcess t4j = ChildProcess.java(SampleCli.class, "fail", "--with", with);

        assertThat(t4j.exitCode()).isEqualTo(exitCode);
        assertThat(t4j.err()).isEqualToIgnoringNewLines("t4j: this will fail with " + with + "t4j fail: " + sentence);
        assertThat(t4j.out()).isEmpty();
    }

    @Test
    void anErrorOfTheJvmIsOneSentenceToo() throws Exception {
        ChildProcess t4j = ChildProcess.java(SampleCli.class, "fail", "--with", "memory");

        assertThat(t4j.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(t4j.err()).contains("out of memory (Java heap space)").doesNotContain("\tat ");
    }

    @Test
    void verboseAddsDebugLogAndStackTrace() throws Exception {
        ChildProcess t4j = ChildProcess.java(SampleCli.class, "fail", "--verbose", "--with", "argument");

        assertThat(t4j.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(t4j.err())
                .contains("INFO", "about to fail with argument", "t4j fail: hidden_size", "\tat io.transformer4j.cli");
    }

    @Test
    void everyListOptionCanBeGivenInAConfigurationFile() {
        assertListsAreSplit(SampleCli.commandLine());
        assertListsAreSplit(new CommandLine(new T4j()));
    }

    /** A list from YAML reaches picocli as one default value, to be split by the option. */
    private static void assertListsAreSplit(CommandLine command) {
        if (ConfigOptions.supportedBy(command.getCommandSpec())) {
            assertThat(command.getCommandSpec().options())
                    .filteredOn(option -> ConfigOptions.isConfigurable(option) && option.isMultiValue())
                    .extracting(OptionSpec::splitRegex)
                    .allMatch(","::equals);
        }
        command.getSubcommands().values().forEach(T4jTest::assertListsAreSplit);
    }
}
