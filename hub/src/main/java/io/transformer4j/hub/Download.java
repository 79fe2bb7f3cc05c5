package io.transformer4j.hub;

import io.transformer4j.files.ProcessLock;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/** Brings one file of a commit into the cache: resumes what an earlier attempt began, and checks length and hash. */
final class Download {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_MISMATCHES = 2;

    private final HubConnection connection;
    private final HubCache cache;
    private final RepositoryId repository;
    private final String file;
    private final URI uri;
    private final Backoff backoff;
    private final LongConsumer arrived;

    /**
     * A download of {@code file}.
     *
     * @param repository at a commit
     * @param arrived is told how many bytes of the file there are
     */
    Download(
            HubConnection connection,
            HubCache cache,
            RepositoryId repository,
            String file,
            URI uri,
            RetryPolicy retry,
            RandomGenerator random,
            LongConsumer arrived) {
        this.connection = connection;
        this.cache = cache;
        this.repository = repository;
        this.file = file;
        this.uri = uri;
        this.backoff = new Backoff(retry, random, "fetching " + file + " of " + repository.name());
        this.arrived = arrived;
    }

    /**
     * What the hub says of a file before sending it.
     *
     * @param etag names its content
     * @param size in bytes, or {@value RepositoryListing#UNKNOWN_SIZE}
     */
    private record Metadata(String etag, long size) {
        Optional<ContentHash> hash() {
            return ContentHash.of(etag);
        }
    }

    /** Fetches the file unless its content is there, and links it into the snapshot. */
    void run() {
        Metadata metadata = metadata();
        Path blob = cache.blob(repository, metadata.etag());
        try (ProcessLock lock = cache.lock(repository, metadata.etag())) {
            if (!Files.exists(blob)) {
                Files.createDirectories(blob.getParent());
                fetch(metadata, cache.incomplete(repository, metadata.etag()), blob);
            }
            cache.link(cache.snapshot(repository, repository.revision()).resolve(file), blob);
        } catch (IOException e) {
            throw new HubException(blob + " could not be written: " + Backoff.reason(e), e);
        }
    }

    private Metadata metadata() {
        while (true) {
            try (HubConnection.Answer answer = connection.head(uri)) {
                connection.check(answer, repository, file);
                return metadata(answer);
            } catch (IOException e) {
                backoff.pause(e);
            }
        }
    }

    private Metadata metadata(HubConnection.Answer answer) {
        String linkedEtag = answer.header("X-Linked-Etag");
        String etag = linkedEtag == null ? answer.header("ETag") : linkedEtag;
        if (etag == null) {
            throw new HubException(uri + " has no ETag: is HF_ENDPOINT the address of a hub?");
        }
        String commit = answer.header("X-Repo-Commit");
        if (commit != null && !commit.equals(repository.revision())) {
            throw new HubException(uri + " belongs to commit " + HubException.quoted(commit) + ", but was asked for at "
                    + repository.revision());
        }
        String linkedSize = answer.header("X-Linked-Size");
        String size = linkedSize == null && answer.status() < 300 ? answer.header("Content-Length") : linkedSize;
        return new Metadata(
                etag.replaceFirst("^W/", "").replace("\"", ""),
                size != null && size.matches("\\d{1,18}") ? Long.parseLong(size) : RepositoryListing.UNKNOWN_SIZE);
    }

    private void fetch(Metadata metadata, Path incomplete, Path blob) throws IOException {
        int mismatches = 0;
        while (true) {
            receiveAll(metadata, incomplete);
            String problem = mismatch(metadata, incomplete);
            if (problem.isEmpty()) {
                Files.move(incomplete, blob, StandardCopyOption.ATOMIC_MOVE);
                return;
            }
            Files.delete(incomplete);
            if (++mismatches == MAX_MISMATCHES) {
                throw new HubException(file + " of " + repository.name() + " arrived damaged twice: " + problem);
            }
        }
    }

    /** Empty if the hash is right, or unknown. */
    private static String mismatch(Metadata metadata, Path content) throws IOException {
        Optional<ContentHash> hash = metadata.hash();
        if (hash.isEmpty()) {
            return "";
        }
        String actual = hash.get().ofFile(content);
        return actual.equalsIgnoreCase(metadata.etag())
                ? ""
                : "its " + hash.get() + " is " + actual + ", but the hub says " + metadata.etag();
    }

    private void receiveAll(Metadata metadata, Path incomplete) throws IOException {
        long furthest = size(incomplete);
        while (true) {
            try {
                receive(metadata, incomplete, size(incomplete));
                return;
            } catch (LocalFailure e) {
                throw e.getCause();
            } catch (IOException e) {
                if (size(incomplete) > furthest) {
                    furthest = size(incomplete);
                    backoff.reset();
                }
                backoff.pause(e);
            }
        }
    }

    /** A disk that fails: no reason to ask the hub again. */
    private static final class LocalFailure extends IOException {
        private static final long serialVersionUID = 1L;

        LocalFailure(IOException cause) {
            super(cause);
        }

        @Override
        public synchronized IOException getCause() {
            return (IOException) super.getCause();
        }
    }

    private void receive(Metadata metadata, Path incomplete, long have) throws IOException {
        if (have > 0 && have == metadata.size()) {
            return;
        }
        Map<String, String> headers = have > 0
                ? Map.of("Accept-Encoding", "identity", "Range", "bytes=" + have + "-")
                : Map.of("Accept-Encoding", "identity");
        try (HubConnection.Answer answer = connection.get(uri, headers)) {
            if (answer.status() == 416) {
                startAgain(incomplete, "the hub has no bytes after the first " + have);
            }
            connection.check(answer, repository, file);
            boolean continues = answer.status() == 206;
            if (continues && !String.valueOf(answer.header("Content-Range")).startsWith("bytes " + have + "-")) {
                startAgain(incomplete, "the hub sent another part than was asked for");
            }
            append(answer.body(), incomplete, continues ? have : 0, metadata.size());
        }
        long received = size(incomplete);
        if (metadata.size() >= 0 && received < metadata.size()) {
            throw new TransientException("only " + received + " of " + metadata.size() + " bytes came", null);
        }
    }

    private void append(InputStream body, Path incomplete, long from, long size) throws IOException {
        long total = from;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileOutputStream out = open(incomplete, from > 0)) {
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                total += count;
                if (size >= 0 && total > size) {
                    break;
                }
                write(out, buffer, count);
                arrived.accept(total);
            }
            sync(out);
        }
        if (size >= 0 && total > size) {
            startAgain(incomplete, "more than the announced " + size + " bytes came");
        }
    }

    private static FileOutputStream open(Path incomplete, boolean append) throws LocalFailure {
        try {
            return new FileOutputStream(incomplete.toFile(), append);
        } catch (IOException e) {
            throw new LocalFailure(e);
        }
    }

    private static void write(FileOutputStream out, byte[] buffer, int count) throws LocalFailure {
        try {
            out.write(buffer, 0, count);
        } catch (IOException e) {
            throw new LocalFailure(e);
        }
    }

    private static void sync(FileOutputStream out) throws LocalFailure {
        try {
            out.getFD().sync();
        } catch (IOException e) {
            throw new LocalFailure(e);
        }
    }

    private static void startAgain(Path incomplete, String reason) throws IOException {
        Files.deleteIfExists(incomplete);
        throw new TransientException(reason, null);
    }

    private static long size(Path incomplete) throws LocalFailure {
        try {
            return Files.exists(incomplete) ? Files.size(incomplete) : 0;
        } catch (IOException e) {
            throw new LocalFailure(e);
        }
    }
}
