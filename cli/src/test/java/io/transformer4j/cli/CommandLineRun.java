package io.transformer4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What the real root command left behind, run in this process: exit code and both streams. */
record CommandLineRun(int exitCode, String out, String err) {

    static CommandLineRun t4j(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                new CommandLine(new T4j()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = T4j.run(commandLine, args);
        return new CommandLineRun(exitCode, out.toString(), err.toString());
    }
}
