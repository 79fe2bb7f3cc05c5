package io.transformer4j.corpus;

import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** The Java files of {@code -sources} jars, in the order of the jars' names and in each of their own. */
final class SourceJars {
    private static final String EXTENSION = ".java";
    private static final Pattern VERSION = Pattern.compile("-\\d.*$");

    private final List<Path> jars;

    private SourceJars(List<Path> jars) {
        this.jars = jars;
    }

    /**
     * A Java file.
     *
     * @param project name of the jar without version and classifier, e.g. {@code commons-lang3}
     * @param className path in the jar without extension
     * @param text its content
     */
    record Source(String project, String className, String text) {}

    /** Takes what was made of a file, one after the other. */
    @FunctionalInterface
    interface Consumer<R> {
        void accept(Source source, R made) throws IOException;
    }

    /**
     * These jars; nothing is read yet.
     *
     * @throws IllegalArgumentException if there are none
     */
    static SourceJars of(List<Path> jars) {
        if (jars.isEmpty()) {
            throw new IllegalArgumentException("a corpus needs at least one -sources jar");
        }
        return new SourceJars(jars.stream()
                .sorted(Comparator.comparing(jar -> jar.getFileName().toString()))
                .toList());
    }

    /**
     * Reads all files.
     *
     * @param work made of the files of a jar in parallel
     * @param consumer takes the results in order
     * @param progress counts bytes of jars
     */
    <R> void forEach(Function<Source, R> work, Consumer<R> consumer, ProgressListener progress) throws IOException {
        long total = jars.stream().mapToLong(jar -> jar.toFile().length()).sum();
        long done = 0;
        for (Path jar : jars) {
            progress.update(done, total, project(jar));
            read(jar, work, consumer);
            done += jar.toFile().length();
        }
        progress.update(done, total, "");
    }

    private static <R> void read(Path jar, Function<Source, R> work, Consumer<R> consumer) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = zip.stream()
                    .filter(entry -> entry.getName().endsWith(EXTENSION))
                    .sorted(Comparator.comparing(ZipEntry::getName))
                    .toList();
            String project = project(jar);
            List<R> made = entries.parallelStream()
                    .map(entry -> work.apply(new Source(project, className(entry), text(zip, entry))))
                    .toList();
            for (int i = 0; i < entries.size(); i++) {
                consumer.accept(new Source(project, className(entries.get(i)), ""), made.get(i));
            }
        } catch (UncheckedIOException e) {
            throw new IOException(
                    "%s can't be read: %s".formatted(jar, e.getCause().getMessage()), e);
        } catch (ZipException e) {
            throw new IOException("%s is not a jar: %s".formatted(jar, e.getMessage()), e);
        }
    }

    private static String className(ZipEntry entry) {
        return entry.getName().substring(0, entry.getName().length() - EXTENSION.length());
    }

    private static String text(ZipFile zip, ZipEntry entry) {
        try (InputStream in = zip.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String project(Path jar) {
        String name = jar.getFileName().toString().replaceFirst("\\.jar$", "").replaceFirst("-sources$", "");
        return VERSION.matcher(name).replaceFirst("");
    }
}
