package io.transformer4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Text in files or on standard input, in a fixed order: that of the arguments, and by name inside directories and globs.
 * Immutable and thread-safe; each {@link #open} reads from the start.
 */
public final class Corpus {
    /** The argument that means standard input. */
    public static final String STDIN = "-";

    private static final Path STDIN_PATH = Path.of(STDIN);

    private final List<Path> files;
    private final CorpusOptions options;
    private final Supplier<InputStream> stdin;

    private Corpus(List<Path> files, CorpusOptions options, Supplier<InputStream> stdin) {
        this.files = files;
        this.options = options;
        this.stdin = stdin;
    }

    /**
     * Finds the files of a corpus.
     *
     * @param inputs files, directories (all files in them, hidden ones excepted), glob patterns ({@code data/**.txt}), or
     *     {@link #STDIN}; a file that several of them name is read once
     * @throws DataException if an input doesn't exist, isn't readable or matches nothing
     */
    public static Corpus of(List<String> inputs, CorpusOptions options) {
        return of(inputs, options, () -> System.in);
    }

    static Corpus of(List<String> inputs, CorpusOptions options, Supplier<InputStream> stdin) {
        if (inputs.isEmpty()) {
            throw new DataException("a corpus needs at least one file, directory, glob or \"-\" for standard input");
        }
        Set<Path> files = new LinkedHashSet<>();
        for (String input : inputs) {
            files.addAll(input.equals(STDIN) ? List.of(STDIN_PATH) : resolve(input));
        }
        for (Path file : files) {
            if (!isStdin(file) && !Files.isReadable(file)) {
                throw new DataException(file + ": may not be read");
            }
        }
        return new Corpus(List.copyOf(files), options, stdin);
    }

    /** The files in reading order; standard input is the path {@code -}. */
    public List<Path> files() {
        return files;
    }

    /** How the files are read. */
    public CorpusOptions options() {
        return options;
    }

    /** Whether the corpus can be read a second time, which standard input can't. */
    public boolean isRepeatable() {
        return !files.contains(STDIN_PATH);
    }

    /** Whether all its text is one document: a single plain-text source that is read as a whole. */
    public boolean isOneDocument() {
        return files.size() == 1
                && options.documentBoundary() == DocumentBoundary.FILE
                && !options.format().isJsonLines(files.get(0));
    }

    /** Bytes of all files as stored, or empty with standard input. */
    public OptionalLong sizeBytes() {
        return isRepeatable()
                ? OptionalLong.of(files.stream().mapToLong(Corpus::sizeBytes).sum())
                : OptionalLong.empty();
    }

    /**
     * Identifies the corpus as it is now: paths, sizes, times of last change and options. Doesn't read the text.
     */
    public Fingerprint fingerprint() {
        StringBuilder text = new StringBuilder(options.toString());
        for (Path file : files) {
            text.append('\n').append(isStdin(file) ? STDIN : describe(file));
        }
        return Fingerprint.of(text.toString().getBytes(UTF_8));
    }

    /** Starts reading. */
    public CorpusReader open() {
        return new CorpusReader(files, options, stdin);
    }

    @Override
    public String toString() {
        return files.size() == 1
                ? files.get(0).toString()
                : files.get(0) + " and " + (files.size() - 1) + " more files";
    }

    static boolean isStdin(Path file) {
        return file.equals(STDIN_PATH);
    }

    private static List<Path> resolve(String input) {
        Path path = Path.of(hasGlobCharacters(input) ? globRoot(input) : input);
        if (hasGlobCharacters(input) && !existsLiterally(input)) {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + input);
            List<Path> matches = Files.isDirectory(path) ? regularFiles(path, matcher::matches) : List.of();
            if (matches.isEmpty()) {
                throw new DataException("no file matches " + input);
            }
            return matches;
        }
        path = Path.of(input);
        if (Files.isDirectory(path)) {
            List<Path> found = regularFiles(path, file -> true);
            if (found.isEmpty()) {
                throw new DataException(path + ": the directory holds no files");
            }
            return found;
        }
        if (!Files.exists(path)) {
            throw new DataException(path + ": no such file or directory");
        }
        return List.of(path);
    }

    private static boolean hasGlobCharacters(String input) {
        return input.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
    }

    private static boolean existsLiterally(String input) {
        // Windows refuses '*' and '?' in paths, where a name can't contain them either.
        return input.indexOf('*') < 0 && input.indexOf('?') < 0 && Files.exists(Path.of(input));
    }

    /** The directory in front of the first component with a glob character. */
    private static String globRoot(String input) {
        int glob = 0;
        while ("*?[{".indexOf(input.charAt(glob)) < 0) {
            glob++;
        }
        int separator = input.lastIndexOf('/', glob);
        return separator < 0 ? "" : separator == 0 ? "/" : input.substring(0, separator);
    }

    private static List<Path> regularFiles(Path directory, Predicate<Path> filter) {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> !hasHiddenPart(directory.relativize(file)))
                    .filter(filter)
                    .sorted(Comparator.comparing(file -> file.toString().replace('\\', '/')))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(directory + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    private static boolean hasHiddenPart(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static long sizeBytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static String describe(Path file) {
        try {
            return file.toAbsolutePath().normalize() + "\t" + Files.size(file) + "\t"
                    + Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
