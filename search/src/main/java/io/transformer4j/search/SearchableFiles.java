package io.transformer4j.search;

import io.transformer4j.data.TextFormat;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The files below some folders that can be searched, hidden ones excepted; and files that are named, whatever they are called.
 *
 * @param roots what was asked for, as absolute paths
 * @param files in a fixed order, as absolute paths
 */
record SearchableFiles(List<Path> roots, SortedSet<Path> files) {
    private static final List<String> ENDINGS =
            List.of(".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".jsonl", ".ndjson", ".tsv", ".csv");

    static SearchableFiles in(List<Path> inputs) throws IOException {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("at least one file or folder is needed");
        }
        List<Path> roots =
                inputs.stream().map(path -> path.toAbsolutePath().normalize()).toList();
        SortedSet<Path> files = new TreeSet<>();
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                Files.walkFileTree(root, new Collector(root, files));
            } else if (Files.isRegularFile(root)) {
                files.add(root);
            } else {
                throw new NoSuchFileException(root.toString());
            }
        }
        return new SearchableFiles(roots, files);
    }

    /** Whether a file would be among these if it were still there. */
    boolean covers(Path file) {
        return roots.stream().anyMatch(file::startsWith);
    }

    private static boolean isText(Path file) {
        String name = TextFormat.plainName(file);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    private static final class Collector extends SimpleFileVisitor<Path> {
        private final Path root;
        private final SortedSet<Path> files;

        Collector(Path root, SortedSet<Path> files) {
            this.root = root;
            this.files = files;
        }

        private boolean isHidden(Path path) {
            return !path.equals(root) && path.getFileName().toString().startsWith(".");
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return isHidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(file) && isText(file)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
