package io.transformer4j.checkpoint;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files and folders that appear under their name complete or not at all, whatever happens in between: an exception, a full
 * disk, {@code kill -9} or a power cut. They are written under a hidden name beside the target (so in the same file system),
 * synced to the disk, renamed onto the target, and the parent folder is synced.
 *
 * <p>When writing fails, what was at the target stays as it was and the hidden one is removed. A killed process leaves
 * its hidden one behind, which {@link #recover} removes. Missing parent folders are created.
 *
 * <p>An interrupt of the writing thread doesn't disturb writing: only streams of {@code java.io} are used, since an
 * interrupted {@link FileChannel} closes itself.
 */
public final class AtomicFiles {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String FILE_UNCHANGED = "; the file that was there before is unchanged";
    private static final String FOLDER_UNCHANGED = "; the folder that was there before is unchanged";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern HIDDEN = Pattern.compile("\\.(.+)\\.(tmp|old|gone)-[0-9a-f]{16}");

    private AtomicFiles() {}

    /** Writes the content of a file; the stream is buffered, and closed by the caller of this function. */
    @FunctionalInterface
    public interface FileWriter {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Fills a folder, which exists and is empty. */
    @FunctionalInterface
    public interface FolderWriter {
        void writeTo(Path folder) throws IOException;
    }

    /** Opens the file that is written to; the seam at which a test lets the disk run full. */
    @FunctionalInterface
    interface Opener {
        FileOutputStream open(Path file) throws IOException;
    }

    /**
     * Writes or replaces the file {@code target}.
     *
     * @throws CheckpointException if it couldn't be written; whatever was there before is unchanged
     */
    public static void write(Path target, FileWriter writer) {
        write(target, writer, file -> new FileOutputStream(file.toFile()));
    }

    /** Writes or replaces the file {@code target} with {@code text} in UTF-8; see {@link #write(Path, FileWriter)}. */
    public static void writeString(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    static void write(Path target, FileWriter writer, Opener opener) {
        if (Files.isDirectory(target)) {
            throw new CheckpointException(target, "could not be written, because it is a folder");
        }
        Path hidden = hiddenBeside(target, "tmp");
        try (Cleanup cleanup = new Cleanup(hidden)) {
            Files.createDirectories(parentOf(target));
            Files.createFile(hidden); // says more precisely than FileOutputStream why it can't
            try (FileOutputStream file = opener.open(hidden);
                    OutputStream out = new BufferedOutputStream(file, BUFFER_BYTES)) {
                writer.writeTo(out);
                out.flush();
                file.getFD().sync();
            }
            Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
            cleanup.notNeeded();
        } catch (IOException e) {
            throw notWritten(target, FILE_UNCHANGED, e);
        }
        syncRename(target);
    }

    /**
     * Writes or replaces the folder {@code target} as a whole: {@code writer} fills a hidden folder, each file is synced, a
     * {@link Manifest} of all files is written last, and the folder is renamed. An older folder at {@code target} is
     * moved away in the moment before; killed in that moment, {@link #recover} brings it back.
     *
     * @throws CheckpointException if it couldn't be written; whatever was there before is unchanged
     */
    public static void writeFolder(Path target, FolderWriter writer) {
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new CheckpointException(target, "could not be written as a folder, because it is a file");
        }
        Path hidden = hiddenBeside(target, "tmp");
        Optional<Path> old;
        try (Cleanup cleanup = new Cleanup(hidden)) {
            Files.createDirectories(parentOf(target));
            Files.createDirectory(hidden);
            writer.writeTo(hidden);
            syncTree(hidden);
            Manifest.of(hidden).writeTo(hidden);
            old = replaceFolder(hidden, target);
            cleanup.notNeeded();
        } catch (IOException e) {
            throw notWritten(target, FOLDER_UNCHANGED, e);
        } catch (CheckpointException e) {
            throw e.path().startsWith(hidden)
                    ? e.renamed(target.resolve(hidden.relativize(e.path())), ifExists(target, FOLDER_UNCHANGED))
                    : e;
        }
        syncRename(target);
        old.ifPresent(AtomicFiles::deleteReplaced);
    }

    /** Removes a folder with all it holds, so that it is never seen half removed under its own name. */
    public static void deleteFolder(Path target) {
        try {
            Path gone = hiddenBeside(target, "gone");
            Files.move(target, gone, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(parentOf(target));
            deleteTree(gone);
        } catch (IOException e) {
            throw new CheckpointException(target, "could not be deleted (" + reason(e) + ")", e);
        }
    }

    /**
     * Tidies up in {@code parent} after processes that were killed while they wrote there: brings back a folder whose replacement
     * hadn't taken its place yet, and removes everything else that is unfinished. To be called only while
     * nobody writes to {@code parent}.
     *
     * @return the folders that were brought back
     */
    public static List<Path> recover(Path parent) {
        List<Path> restored = new ArrayList<>();
        try (Stream<Path> children = Files.list(parent)) {
            for (Path child : children.sorted().toList()) {
                Matcher name = HIDDEN.matcher(child.getFileName().toString());
                if (!name.matches()) {
                    continue;
                }
                Path target = parent.resolve(name.group(1));
                if (name.group(2).equals("old") && !Files.exists(target)) {
                    Files.move(child, target, StandardCopyOption.ATOMIC_MOVE);
                    restored.add(target);
                } else {
                    deleteTree(child);
                }
            }
            syncFolder(parent);
        } catch (IOException e) {
            throw new CheckpointException(parent, "could not be tidied up (" + reason(e) + ")", e);
        }
        return restored;
    }

    /** What the operating system said, in words that can stand in a sentence. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "permission denied for " + visible(denied.getFile());
        } else if (e instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + " exists and is not a folder";
        } else if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist";
        } else if (e instanceof NotDirectoryException) {
            return "not a folder";
        } else if (e instanceof FileSystemException failure && failure.getReason() != null) {
            return Quoted.plain(failure.getReason());
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : Quoted.plain(e.getMessage());
    }

    /** For a hidden file its folder, since that is what the user can do something about. */
    private static Path visible(String file) {
        Path path = Path.of(file);
        boolean hidden = HIDDEN.matcher(path.getFileName().toString()).matches();
        return hidden && path.getParent() != null ? path.getParent() : path;
    }

    /** Returns where the folder that was at {@code target} is now. */
    private static Optional<Path> replaceFolder(Path replacement, Path target) throws IOException {
        if (!Files.exists(target)) {
            Files.move(replacement, target, StandardCopyOption.ATOMIC_MOVE);
            return Optional.empty();
        }
        // rename(2) replaces only an empty folder, and Java has no exchange of two names: hence two steps.
        Path old = hiddenBeside(target, "old");
        Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(replacement, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        return Optional.of(old);
    }

    private static void deleteReplaced(Path old) {
        try {
            deleteTree(old);
        } catch (IOException e) {
            throw new CheckpointException(old, "was replaced, but could not be deleted (" + reason(e) + ")", e);
        }
    }

    private static void syncRename(Path target) {
        try {
            syncFolder(parentOf(target));
        } catch (IOException e) {
            throw new CheckpointException(
                    target, "was written, but may not outlive a power cut (its folder: " + reason(e) + ")", e);
        }
    }

    private static void syncTree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                if (Files.isDirectory(file)) {
                    syncFolder(file);
                } else {
                    try (FileOutputStream appending = new FileOutputStream(file.toFile(), true)) {
                        appending.getFD().sync();
                    }
                }
            }
        }
    }

    private static void syncFolder(Path folder) throws IOException {
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
            return; // folders can't be opened there, and NTFS journals its renames
        }
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Path hiddenBeside(Path target, String kind) {
        String unique = HexFormat.of().toHexDigits(RANDOM.nextLong());
        return parentOf(target).resolve("." + nameOf(target) + "." + kind + "-" + unique);
    }

    private static String nameOf(Path target) {
        Path name = target.toAbsolutePath().normalize().getFileName();
        if (name == null) {
            throw new CheckpointException(target, "could not be written, because it is the root of a file system");
        }
        return name.toString();
    }

    private static Path parentOf(Path target) {
        Path parent = target.toAbsolutePath().normalize().getParent();
        return parent == null ? target.toAbsolutePath() : parent;
    }

    private static CheckpointException notWritten(Path target, String unchanged, IOException e) {
        return new CheckpointException(
                target, "could not be written (" + reason(e) + ")" + ifExists(target, unchanged), e);
    }

    private static String ifExists(Path target, String text) {
        return Files.exists(target) ? text : "";
    }

    /** Removes what was begun unless it has become the target: also after an {@link Error}, such as no memory left. */
    private static final class Cleanup implements AutoCloseable {
        private final Path hidden;
        private boolean needed = true;

        Cleanup(Path hidden) {
            this.hidden = hidden;
        }

        void notNeeded() {
            needed = false;
        }

        @Override
        public void close() throws IOException {
            if (needed) {
                deleteTree(hidden);
            }
        }
    }
}
