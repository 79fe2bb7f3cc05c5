package io.transformer4j.hub;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.files.ProcessLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The cache on disk, in the layout of {@code huggingface_hub}: {@code models--org--name/blobs} holds contents by their ETag,
 * {@code snapshots/COMMIT} the files of a commit as links to them, {@code refs/main} the commit that a name stood for last.
 */
final class HubCache {
    /** Makes a file appear under a second name. */
    @FunctionalInterface
    interface Linker {
        void link(Path link, Path target) throws IOException;
    }

    private final Path root;
    private final Linker linker;

    HubCache(Path root) {
        this(root, HubCache::symbolicLink);
    }

    HubCache(Path root, Linker linker) {
        this.root = root;
        this.linker = linker;
    }

    Path root() {
        return root;
    }

    /** The commit that a revision stood for when it was fetched last. */
    Optional<String> commit(RepositoryId id) {
        if (id.isCommit()) {
            return Optional.of(id.revision());
        }
        Path ref = ref(id);
        try {
            return Files.isRegularFile(ref)
                    ? Optional.of(Files.readString(ref, StandardCharsets.US_ASCII)
                                    .strip())
                            .filter(RepositoryId::isCommit)
                    : Optional.empty();
        } catch (IOException e) {
            throw new HubException(ref + " can't be read", e);
        }
    }

    /** Records what a branch or tag stands for. */
    void remember(RepositoryId id, String commit) {
        if (!id.isCommit() && !commit(id).equals(Optional.of(commit))) {
            try {
                AtomicFile.writeString(ref(id), commit);
            } catch (IOException e) {
                throw new HubException(ref(id) + " can't be written: " + e, e);
            }
        }
    }

    /** The folder with the files of a commit. */
    Path snapshot(RepositoryId id, String commit) {
        return folder(id).resolve("snapshots").resolve(commit);
    }

    /** Where the content with an ETag is, or will be. */
    Path blob(RepositoryId id, String etag) {
        return folder(id).resolve("blobs").resolve(blobName(etag));
    }

    /** The part of a content that has arrived so far. */
    Path incomplete(RepositoryId id, String etag) {
        return folder(id).resolve("blobs").resolve(blobName(etag) + ".incomplete");
    }

    /** Taken while a content is fetched. */
    ProcessLock lock(RepositoryId id, String etag) throws IOException {
        return ProcessLock.acquire(
                root.resolve(".locks").resolve(id.folderName()).resolve(blobName(etag) + ".lock"));
    }

    /** Makes a content appear as a file of a snapshot. */
    void link(Path file, Path blob) throws IOException {
        Files.createDirectories(file.getParent());
        try {
            linker.link(file, file.getParent().relativize(blob));
        } catch (FileAlreadyExistsException e) {
            if (!Files.exists(file)) { // a link whose target was deleted
                Files.delete(file);
                linker.link(file, file.getParent().relativize(blob));
            }
        } catch (IOException | UnsupportedOperationException e) {
            AtomicFile.write(file, out -> Files.copy(blob, out)); // Windows without the right to make links
        }
    }

    private static void symbolicLink(Path link, Path target) throws IOException {
        Files.createSymbolicLink(link, target);
    }

    private Path folder(RepositoryId id) {
        return root.resolve(id.folderName());
    }

    private Path ref(RepositoryId id) {
        return folder(id).resolve("refs").resolve(id.revision());
    }

    /** ETags are a hub's to choose; names of files aren't. */
    private static String blobName(String etag) {
        String name = etag.replaceAll("[^A-Za-z0-9_-]", "_");
        if (name.isEmpty() || name.length() > 200) {
            throw new HubException("the hub sent an ETag of " + etag.length() + " characters");
        }
        return name;
    }
}
