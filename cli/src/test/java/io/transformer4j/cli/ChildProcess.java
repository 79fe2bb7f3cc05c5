package io.transformer4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a finished process left: exit code and both streams. */
record ChildProcess(int exitCode, String out, String err) {

    /** Runs a main class of this class path in a JVM of its own. */
    static ChildProcess java(Class<?> main, String... args) throws IOException, InterruptedException {
        return java(Map.of(), main, args);
    }

    /** As {@link #java(Class, String...)}, with further environment variables; an empty value removes the variable. */
    static ChildProcess java(Map<String, String> environment, Class<?> main, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfile.encoding=UTF-8",
                "-Duser.language=tr",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        return run(environment, command.toArray(String[]::new));
    }

    /** Runs a command with further environment variables; an empty value removes the variable. */
    static ChildProcess run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.of(command).toList());
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            } else {
                builder.environment().put(name, value);
            }
        });
        return run(builder);
    }

    private static ChildProcess run(ProcessBuilder builder) throws IOException, InterruptedException {
        Path out = Files.createTempFile("child", ".out");
        Path err = Files.createTempFile("child", ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            int exitCode = process.waitFor();
            return new ChildProcess(
                    exitCode,
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
