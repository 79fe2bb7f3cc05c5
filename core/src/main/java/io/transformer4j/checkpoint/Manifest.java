package io.transformer4j.checkpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Names, sizes and SHA-256 of all files in a folder, kept in the folder's {@code manifest.json}. It is written last, so
 * a folder counts as complete only when its manifest is there and every file agrees with it.
 *
 * @param version of this format: 1
 * @param files by path relative to the folder, with {@code /} between its parts
 */
public record Manifest(
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) SortedMap<String, Entry> files) {
    /** The manifest's own file name. */
    public static final String FILE_NAME = "manifest.json";

    private static final int VERSION = 1;
    private static final int MAX_FILE_BYTES = 16 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /**
     * One file of the folder.
     *
     * @param size in bytes
     * @param sha256 64 lower-case hexadecimal digits
     */
    public record Entry(
            @JsonProperty(required = true) long size,
            @JsonProperty(required = true) String sha256) {}

    /** Whether a folder is what its writer meant to write. */
    public sealed interface State permits Complete, Incomplete {}

    /** Every file of the manifest is there and unchanged. */
    public record Complete(Manifest manifest) implements State {}

    /**
     * Something is missing or has changed.
     *
     * @param reason in words that can follow the folder's name and a colon
     */
    public record Incomplete(String reason) implements State {}

    /** Describes the files that {@code folder} holds now, read once each. */
    public static Manifest of(Path folder) {
        SortedMap<String, Entry> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path file : paths.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.equals(FILE_NAME)) {
                    files.put(name, new Entry(Files.size(file), Sha256.ofFile(file)));
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(folder, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
        return new Manifest(VERSION, files);
    }

    /** Writes {@code manifest.json} into {@code folder}, atomically. */
    public void writeTo(Path folder) {
        AtomicFiles.writeString(folder.resolve(FILE_NAME), JSON.writeValueAsString(this) + "\n");
    }

    /**
     * Reads {@code folder}'s manifest.
     *
     * @throws CheckpointException if there is none, or it isn't one
     */
    public static Manifest read(Path folder) {
        Path file = folder.resolve(FILE_NAME);
        Manifest manifest;
        try {
            long size = Files.size(file);
            if (size > MAX_FILE_BYTES) {
                throw new CheckpointException(
                        file, "has " + size + " bytes, more than the " + MAX_FILE_BYTES + " that a manifest may have");
            }
            manifest = JSON.readValue(Files.readAllBytes(file), Manifest.class);
        } catch (IOException e) {
            throw new CheckpointException(file, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        } catch (JacksonException e) {
            throw new CheckpointException(file, "is not a manifest (" + Quoted.plain(e.getOriginalMessage()) + ")", e);
        }
        if (manifest.version != VERSION) {
            throw new CheckpointException(file, "has version " + manifest.version + ", but only version 1 is known");
        }
        for (String name : manifest.files.keySet()) {
            Confined.checkRelative(file, name);
        }
        return manifest;
    }

    /** Compares every file of {@code folder} with the manifest, by size and by content. */
    public static State verify(Path folder) {
        return verify(folder, true);
    }

    /** Like {@link #verify} but by size only: quick, and enough to see what an interrupted copy left out. */
    public static State verifySizes(Path folder) {
        return verify(folder, false);
    }

    private static State verify(Path folder, boolean contents) {
        if (!Files.isRegularFile(folder.resolve(FILE_NAME))) {
            return new Incomplete("it has no " + FILE_NAME + ", which is written last");
        }
        try {
            Manifest manifest = read(folder);
            for (Map.Entry<String, Entry> file : manifest.files.entrySet()) {
                String problem = problem(folder.resolve(file.getKey()), file.getValue(), contents);
                if (!problem.isEmpty()) {
                    return new Incomplete(Quoted.plain(file.getKey()) + " " + problem);
                }
            }
            return new Complete(manifest);
        } catch (CheckpointException e) {
            return new Incomplete(e.getMessage());
        } catch (IOException e) {
            return new Incomplete("it could not be read (" + AtomicFiles.reason(e) + ")");
        }
    }

    private static String problem(Path file, Entry expected, boolean contents) throws IOException {
        if (!Files.isRegularFile(file)) {
            return "is missing";
        }
        long size = Files.size(file);
        if (size != expected.size) {
            return "has " + size + " bytes, but the manifest says " + expected.size;
        }
        if (contents && !Sha256.ofFile(file).equals(expected.sha256)) {
            return "has changed: its SHA-256 is not the manifest's";
        }
        return "";
    }
}
