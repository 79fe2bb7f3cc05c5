package io.transformer4j.tracking;

import io.transformer4j.files.AtomicFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Appends records to a JSON Lines file such as {@code metrics.jsonl}: one object a line, each with its {@code step} first, each
 * handed to the operating system before {@link #write} returns, so that a killed process loses none.
 *
 * <p>NaN and infinities, which JSON lacks, are written as the strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}: a
 * loss that became NaN must stay visible, and {@code null} would read as not measured. Thread-safe.
 */
public final class JsonLinesWriter implements AutoCloseable {

    private static final String STEP = "step";
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final FileChannel channel;

    private JsonLinesWriter(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Starts an empty file, replacing the one that may be there. */
    public static JsonLinesWriter create(Path file) throws IOException {
        AtomicFile.writeString(file, "");
        return new JsonLinesWriter(file);
    }

    /**
     * Continues a file after a resumed run's last step: later records, which the resumed run will write again, are removed, and so is
     * a last line that an interrupted process left unfinished. A file that doesn't exist is started.
     *
     * @param lastStep the step of the checkpoint that the run resumes from
     * @throws IOException if a line other than an unfinished last one isn't a record with a step
     */
    public static JsonLinesWriter resume(Path file, long lastStep) throws IOException {
        if (!Files.exists(file)) {
            return create(file);
        }
        List<String> kept = recordsUpTo(file, lastStep);
        AtomicFile.writeString(file, kept.isEmpty() ? "" : String.join("\n", kept) + "\n");
        return new JsonLinesWriter(file);
    }

    /**
     * Appends one record.
     *
     * @param values written in the map's order after the step; numbers, strings, booleans, null, lists and maps of these
     * @throws IllegalArgumentException if {@code values} has a step of its own
     */
    public void write(long step, Map<String, ? extends @Nullable Object> values) throws IOException {
        if (values.containsKey(STEP)) {
            throw new IllegalArgumentException(
                    "a record's values can't contain a key named step: it is written anyway");
        }
        Map<String, @Nullable Object> record = new LinkedHashMap<>();
        record.put(STEP, step);
        record.putAll(values);
        byte[] line = (MAPPER.writeValueAsString(record) + "\n").getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            ByteBuffer buffer = ByteBuffer.wrap(line);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static List<String> recordsUpTo(Path file, long lastStep) throws IOException {
        boolean complete = endsWithNewline(file);
        List<String> kept = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            for (int number = 1; line != null; number++) {
                String next = reader.readLine();
                if ((next != null || complete) && step(file, number, line) <= lastStep) {
                    kept.add(line);
                }
                line = next;
            }
        }
        return kept;
    }

    private static long step(Path file, int number, String line) throws IOException {
        try {
            JsonNode step = MAPPER.readTree(line).get(STEP);
            if (step != null && step.isIntegralNumber()) {
                return step.longValue();
            }
        } catch (JacksonException e) {
            throw new IOException("%s, line %d: not a JSON record with a step".formatted(file, number), e);
        }
        throw new IOException("%s, line %d: not a JSON record with a step".formatted(file, number));
    }

    private static boolean endsWithNewline(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            return channel.size() > 0 && channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n';
        }
    }
}
