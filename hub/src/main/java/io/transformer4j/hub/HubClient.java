package io.transformer4j.hub;

import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings models from the Hugging Face hub, or a mirror of it, into the cache. Only wanted files are fetched, and only those
 * that the cache doesn't have. Thread-safe, also beside other processes with the same cache.
 */
public final class HubClient {
    private static final Logger LOG = LoggerFactory.getLogger(HubClient.class);

    private final HubOptions options;
    private final HubCache cache;
    private final HubConnection connection;

    /** A client; connects to nothing yet. */
    public HubClient(HubOptions options) {
        this(options, new HubCache(options.cache()));
    }

    HubClient(HubOptions options, HubCache cache) {
        this.options = options;
        this.cache = cache;
        connection = new HubConnection(options);
    }

    /**
     * The folder with the wanted files of a repository as the revision is now; offline, or if the hub can't be reached, as it
     * was when it was fetched last.
     *
     * @param progress in bytes of all files that have to be fetched
     * @return {@code snapshots/COMMIT} in the cache; read-only by convention
     * @throws HubException if the repository, the revision or its weights don't exist, may not be read, or don't arrive
     */
    public Path fetch(RepositoryId repository, FileSelection selection, ProgressListener progress) {
        if (options.offline()) {
            return cached(repository, selection)
                    .orElseThrow(() -> new HubException(repository + " is not complete in the cache " + cache.root()
                            + ", and HF_HUB_OFFLINE is set: unset it to fetch the model"));
        }
        RepositoryListing listing;
        try {
            listing = listing(repository);
        } catch (HubException.Unreachable e) {
            Path earlier = cached(repository, selection)
                    .orElseThrow(() -> new HubException(
                            e.getMessage() + "; " + repository + " is not complete in the cache " + cache.root()
                                    + " either",
                            e));
            LOG.warn("{}; taking {} as it is in the cache", e.getMessage(), repository);
            return earlier;
        }
        RepositoryId commit = repository.at(listing.commit());
        fetchAll(commit, selection, listing, progress);
        cache.remember(repository, listing.commit());
        return cache.snapshot(repository, listing.commit());
    }

    private Optional<Path> cached(RepositoryId repository, FileSelection selection) {
        return cache.commit(repository)
                .map(commit -> cache.snapshot(repository, commit))
                .filter(selection::isSatisfiedBy);
    }

    private RepositoryListing listing(RepositoryId repository) {
        URI uri =
                uri("/api/models/" + repository.name() + "/revision/" + encoded(repository.revision()) + "?blobs=true");
        Backoff backoff =
                new Backoff(options.retry(), RandomGenerator.getDefault(), "asking for the files of " + repository);
        while (true) {
            try (HubConnection.Answer answer = connection.get(uri, Map.of())) {
                connection.check(answer, repository, null);
                return RepositoryListing.read(repository, answer.body());
            } catch (ConnectException | HttpConnectTimeoutException e) {
                // Most likely no network at all, which waiting doesn't change.
                throw new HubException.Unreachable(options.endpoint() + " can't be reached", e);
            } catch (IOException e) {
                backoff.pause(e);
            }
        }
    }

    private void fetchAll(
            RepositoryId commit, FileSelection selection, RepositoryListing listing, ProgressListener progress) {
        Set<String> chosen = selection.choose(commit, listing.sizes().keySet());
        Path snapshot = cache.snapshot(commit, commit.revision());
        if (chosen.contains(FileSelection.INDEX)) {
            fetchEach(commit, List.of(FileSelection.INDEX), listing, ProgressListener.NONE);
            chosen = Stream.concat(chosen.stream(), shards(snapshot, commit, listing).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        fetchEach(commit, chosen, listing, progress);
    }

    private static Set<String> shards(Path snapshot, RepositoryId commit, RepositoryListing listing) {
        Set<String> shards = ShardNames.read(snapshot.resolve(FileSelection.INDEX));
        for (String shard : shards) {
            if (!listing.sizes().containsKey(shard)) {
                throw new HubException(
                        commit + " has no file " + shard + ", which its " + FileSelection.INDEX + " names");
            }
        }
        return shards;
    }

    private void fetchEach(
            RepositoryId commit, Collection<String> files, RepositoryListing listing, ProgressListener progress) {
        Path snapshot = cache.snapshot(commit, commit.revision());
        List<String> missing = files.stream()
                .filter(file -> !Files.exists(snapshot.resolve(file)))
                .toList();
        long total = missing.stream()
                .mapToLong(file -> Math.max(0, listing.sizes().get(file)))
                .sum();
        long before = 0;
        for (String file : missing) {
            long start = before;
            URI uri = uri("/" + commit.name() + "/resolve/" + commit.revision() + "/" + encodedPath(file));
            new Download(
                            connection,
                            cache,
                            commit,
                            file,
                            uri,
                            options.retry(),
                            RandomGenerator.getDefault(),
                            bytes -> progress.update(start + bytes, total, file))
                    .run();
            before += Math.max(0, listing.sizes().get(file));
            progress.update(before, total, file);
        }
    }

    private URI uri(String path) {
        return URI.create(options.endpoint() + path);
    }

    private static String encodedPath(String file) {
        return Stream.of(file.split("/")).map(HubClient::encoded).collect(Collectors.joining("/"));
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
