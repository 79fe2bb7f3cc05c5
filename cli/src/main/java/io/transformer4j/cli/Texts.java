package io.transformer4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The texts that a command works on: its arguments, or the lines of a file or of standard input ({@code -}). */
final class Texts {
    private static final String STDIN = "-";
    private static final int CHUNK = 1024;

    private Texts() {}

    /** Takes some texts at a time. */
    @FunctionalInterface
    interface ChunkConsumer {
        void accept(List<String> texts) throws IOException;
    }

    /**
     * Hands on all texts in order, a bounded number at a time, so that a file may be larger than memory. Blank lines are passed over.
     *
     * @param arguments texts, or {@code -} alone for the lines of standard input
     * @param file further texts, one a line; {@code -} is standard input
     * @throws IllegalArgumentException if there are no texts
     */
    static void forEachChunk(List<String> arguments, @Nullable Path file, ChunkConsumer consumer) throws IOException {
        boolean stdin = arguments.equals(List.of(STDIN)) || (file != null && file.equals(Path.of(STDIN)));
        if (arguments.isEmpty() && file == null) {
            throw new IllegalArgumentException("no text given: write it as an argument, or name a file with --file");
        }
        if (!arguments.isEmpty() && !arguments.equals(List.of(STDIN))) {
            consumer.accept(arguments);
        }
        if (stdin) {
            lines(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), consumer);
        } else if (file != null) {
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                lines(reader, consumer);
            }
        }
    }

    /** All of standard input if {@code argument} is {@code -}, else the argument itself. */
    static String whole(String argument) throws IOException {
        return argument.equals(STDIN) ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : argument;
    }

    private static void lines(BufferedReader reader, ChunkConsumer consumer) throws IOException {
        List<String> chunk = new ArrayList<>();
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (!line.isBlank()) {
                chunk.add(line);
            }
            if (chunk.size() == CHUNK) {
                consumer.accept(List.copyOf(chunk));
                chunk.clear();
            }
        }
        if (!chunk.isEmpty()) {
            consumer.accept(chunk);
        }
    }
}
