package io.transformer4j.hub;

import static io.transformer4j.hub.FakeHub.COMMIT;
import static io.transformer4j.hub.FakeHub.REPOSITORY;
import static io.transformer4j.hub.FakeHub.cutAfter;
import static io.transformer4j.hub.FakeHub.damaged;
import static io.transformer4j.hub.FakeHub.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.progress.ProgressListener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against a hub on this machine that behaves and misbehaves. */
class HubClientTest {
    private static final RepositoryId MODEL = RepositoryId.parse(REPOSITORY);
    private static final byte[] WEIGHTS = new byte[300_000];

    static {
        new Random(7).nextBytes(WEIGHTS);
    }

    @TempDir
    Path cache;

    private FakeHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = new FakeHub()
                .small("config.json", "{\"model_type\": \"bert\"}")
                .small("tokenizer.json", "{}")
                .small("README.md", "# Model")
                .small("1_Pooling/config.json", "{\"pooling_mode_cls_token\": true}")
                .large("model.safetensors", WEIGHTS)
                .large("pytorch_model.bin", new byte[] {1, 2, 3})
                .large("onnx/model.onnx", new byte[] {4, 5, 6});
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Path fetch() {
        return fetch(MODEL);
    }

    private Path fetch(RepositoryId id) {
        return new HubClient(hub.options(cache)).fetch(id, FileSelection.MODEL, ProgressListener.NONE);
    }

    private Path repository() {
        return cache.resolve("models--org--model");
    }

    private static List<String> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private List<String> leftOver() throws IOException {
        return filesBelow(repository().resolve("blobs")).stream()
                .filter(name -> name.endsWith(".incomplete"))
                .toList();
    }

    @Test
    void fetchesWhatIsNeededInTheCommonLayout() throws IOException {
        Path snapshot = fetch();

        assertThat(snapshot).isEqualTo(repository().resolve("snapshots").resolve(COMMIT));
        assertThat(filesBelow(snapshot))
                .containsExactly("1_Pooling/config.json", "config.json", "model.safetensors", "tokenizer.json");
        assertThat(snapshot.resolve("model.safetensors"))
                .hasBinaryContent(WEIGHTS)
                .isSymbolicLink();
        assertThat(Files.readSymbolicLink(snapshot.resolve("1_Pooling/config.json"))
                        .toString())
                .startsWith("../../../blobs/");
        assertThat(repository().resolve("refs/main")).hasContent(COMMIT);
        assertThat(filesBelow(repository().resolve("blobs"))).hasSize(4);
        assertThat(cache.resolve(".locks/models--org--model")).isDirectory();
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        fetch();
        int requests = hub.log().size();
        fetch();

        assertThat(hub.log().subList(requests, hub.log().size()))
                .containsExactly("hub GET /api/models/org/model/revision/main token");
    }

    @Test
    void selectionsAreAsSmallAsTheyCanBe() throws IOException {
        HubClient client = new HubClient(hub.options(cache));

        assertThat(filesBelow(client.fetch(MODEL, FileSelection.CONFIG, ProgressListener.NONE)))
                .containsExactly("config.json");
        assertThat(filesBelow(client.fetch(MODEL, FileSelection.TOKENIZER.and("README.md"), ProgressListener.NONE)))
                .containsExactly("README.md", "config.json", "tokenizer.json");
    }

    @Test
    void theTokenGoesToTheHubOnly() {
        fetch();

        assertThat(hub.log("hub ")).isNotEmpty().allMatch(line -> line.contains(" token"));
        assertThat(hub.log("store ")).isNotEmpty().noneMatch(line -> line.contains("token"));
    }

    @Test
    void progressEndsAtTheSizeOfAllFiles() {
        List<Long> seen = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        new HubClient(hub.options(cache)).fetch(MODEL, FileSelection.MODEL, (done, total, file) -> {
            seen.add(done);
            totals.add(total);
        });

        assertThat(seen).isSorted().hasSizeGreaterThan(5);
        assertThat(totals).containsOnly(seen.get(seen.size() - 1));
    }

    @Test
    void aCutIsResumedWhereItWas() {
        hub.fault("store /model.safetensors", cutAfter(100_000), cutAfter(50_000), cutAfter(60_000), cutAfter(70_000));
        Path snapshot = fetch();

        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        List<String> requests = hub.log("store GET");
        assertThat(requests).hasSize(5); // more than the attempts allowed, since each brought something
        assertThat(requests.subList(1, 5)).allMatch(line -> line.contains(" bytes="));
    }

    @Test
    void whatAnEarlierProcessLeftIsResumed() throws IOException {
        fetch();
        Path blob = snapshotFile("model.safetensors").toRealPath();
        Files.delete(snapshotFile("model.safetensors"));
        Files.write(Path.of(blob + ".incomplete"), Arrays.copyOf(WEIGHTS, 123_456));
        Files.delete(blob);
        fetch();

        assertThat(hub.log("store GET").get(1)).endsWith(" bytes=123456-");
        assertThat(snapshotFile("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(leftOver()).isEmpty();
    }

    private Path snapshotFile(String name) {
        return repository().resolve("snapshots").resolve(COMMIT).resolve(name);
    }

    @Test
    void aStoreThatSendsEverythingAgainIsFollowed() {
        hub.fault("store /model.safetensors", cutAfter(100_000), FakeHub.whole());

        assertThat(fetch().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @Test
    void damageIsNoticedAndRepaired() throws IOException {
        hub.fault("store /model.safetensors", damaged());
        hub.fault("GET /org/model/resolve/" + COMMIT + "/config.json", damaged());
        Path snapshot = fetch();

        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(snapshot.resolve("config.json")).hasContent("{\"model_type\": \"bert\"}");
        assertThat(leftOver()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"model.safetensors, SHA-256", "config.json, Git hash"})
    void lastingDamageIsRefused(String file, String hash) throws IOException {
        String path =
                file.equals("config.json") ? "GET /org/model/resolve/" + COMMIT + "/config.json" : "store /" + file;
        hub.fault(path, damaged(), damaged());

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageStartingWith(file + " of org/model arrived damaged twice: its " + hash + " is ");
        assertThat(snapshotFile(file)).doesNotExist();
        assertThat(leftOver()).isEmpty();
        assertThat(repository().resolve("refs/main")).doesNotExist();
    }

    @Test
    void wrongLengthsAreRefused() throws IOException {
        byte[] longer = Arrays.copyOf(WEIGHTS, WEIGHTS.length + 10);
        hub.fault("store /model.safetensors", FakeHub.content(longer));
        assertThat(fetch().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);

        deleteCache();
        FakeHub.Fault shorter = FakeHub.content(Arrays.copyOf(WEIGHTS, 10));
        hub.fault(
                "store /model.safetensors", shorter, status(416), shorter, status(416), shorter, status(416), shorter);
        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("fetching model.safetensors of org/model failed 3 times");
        assertThat(snapshotFile("model.safetensors")).doesNotExist();
    }

    private void deleteCache() throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(cache)) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void failuresThatPassAreWaitedFor() {
        hub.fault("/revision/main", status(500), status(429, "Retry-After", "1"));
        hub.fault("HEAD /org/model/resolve/" + COMMIT + "/config.json", status(503), status(502));
        hub.fault("store /model.safetensors", status(504), status(429));
        long start = System.nanoTime();

        assertThat(fetch().resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void failuresThatStayAreToldAfterSomeAttempts() {
        hub.fault("store /model.safetensors", status(500), status(500), status(500), status(500));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessage("fetching model.safetensors of org/model failed 3 times, the last time because 127.0.0.1"
                        + " answered with HTTP 500");
        assertThat(hub.log("store GET")).hasSize(3);
    }

    @Test
    void aHubThatAsksForTooMuchPatienceIsLeft() {
        hub.fault("/revision/main", status(429, "Retry-After", "3600"));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("the hub asks to try again after 3600 s");
    }

    @Test
    void aStallEndsAndIsResumed() {
        hub.fault("store /model.safetensors", hub.stallAfter(65_536));
        HubOptions impatient =
                new HubOptions(hub.endpoint(), cache, null, false, Duration.ofMillis(400), FakeHub.retry());
        Path snapshot = new HubClient(impatient).fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE);

        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(hub.log("store GET").get(1)).contains(" bytes=");
    }

    @Test
    void redirectsAreFollowedButNotForEver() {
        hub.fault(
                "HEAD /org/model/resolve/" + COMMIT + "/config.json",
                status(307, "Location", "/org/model/resolve/" + COMMIT + "/config.json?again"));
        assertThat(fetch().resolve("config.json")).exists();

        FakeHub.Fault loop = status(302, "Location", "/api/models/org/model/revision/main");
        hub.fault("/revision/main", loop, loop, loop, loop, loop, loop, loop, loop, loop, loop, loop);
        assertThatThrownBy(this::fetch).hasMessageContaining("redirects more than 10 times");

        hub.fault("/revision/main", status(302, "Location", "file:///etc/passwd"));
        assertThatThrownBy(this::fetch).hasMessageContaining("\"file:///etc/passwd\", which is no address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/etc/evil", "a/../../evil", "a\\\\evil", "a//b", "a/\\u0000b", ""})
    void hostileNamesAreRefused(String name) throws IOException {
        hub.listing("{\"sha\": \"" + COMMIT + "\", \"siblings\": [{\"rfilename\": \"" + name + "\"}]}");

        assertThatThrownBy(this::fetch)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("which would be written outside the repository's folder");
        assertThat(filesBelow(cache)).isEmpty();
    }

    @Test
    void hostileListingsAreRefused() {
        hub.listing("{\"sha\": \"../../x\", \"siblings\": []}");
        assertThatThrownBy(this::fetch).hasMessageContaining("names no commit");
        hub.listing("<html>");
        assertThatThrownBy(this::fetch).hasMessageContaining("not valid JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../outside.safetensors", "/tmp/x.safetensors", "shard.bin", ""})
    void hostileShardsAreRefused(String shard) {
        try (FakeHub other = sharded("{\"weight_map\": {\"a\": \"" + shard + "\"}}")) {
            assertThatThrownBy(() -> new HubClient(other.options(cache))
                            .fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("only safetensors files inside its folder are allowed");
        }
    }

    @Test
    void shardsComeByTheIndex() throws IOException {
        try (FakeHub other =
                sharded("{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}")) {
            Path snapshot =
                    new HubClient(other.options(cache)).fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE);

            assertThat(filesBelow(snapshot))
                    .containsExactly(
                            "config.json",
                            "model-1.safetensors",
                            "model-2.safetensors",
                            "model.safetensors.index.json");
        }
    }

    @Test
    void anIndexWithoutItsShardsIsRefused() {
        try (FakeHub other = sharded("{\"weight_map\": {\"a\": \"model-3.safetensors\"}}")) {
            assertThatThrownBy(() -> new HubClient(other.options(cache))
                            .fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                    .hasMessageContaining(
                            "has no file model-3.safetensors, which its model.safetensors.index.json names");
        }
    }

    private static FakeHub sharded(String index) {
        try {
            return new FakeHub()
                    .small("config.json", "{}")
                    .small("model.safetensors.index.json", index)
                    .large("model-1.safetensors", new byte[] {1})
                    .large("model-2.safetensors", new byte[] {2})
                    .large("unused.safetensors", new byte[] {3});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRepositoryOfPicklesIsRefusedWithAWayOut() throws IOException {
        try (FakeHub other = new FakeHub().small("config.json", "{}").large("pytorch_model.bin", new byte[] {1})) {
            assertThatThrownBy(() -> new HubClient(other.options(cache))
                            .fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining(
                            "has only \"pytorch_model.bin\", a pickle, which can run code when it is read")
                    .hasMessageContaining("from_pretrained('org/model').save_pretrained(");
            assertThat(other.log("pytorch_model")).isEmpty();
        }
    }

    @Test
    void refusalsSayWhatWouldHelp() {
        hub.fault("/revision/main", status(403, "X-Error-Code", "GatedRepo"));
        assertThatThrownBy(this::fetch)
                .hasMessage("org/model is gated: accept its conditions on " + hub.endpoint()
                        + "/org/model and set HF_TOKEN to a token of that account (HTTP 403)");
        hub.fault("/revision/main", status(401));
        assertThatThrownBy(this::fetch).hasMessageStartingWith("org/model may not be read with the token that is set");
        HubOptions anonymous =
                new HubOptions(hub.endpoint(), cache, null, false, Duration.ofSeconds(2), FakeHub.retry());
        hub.fault("/revision/main", status(401));
        assertThatThrownBy(() -> new HubClient(anonymous).fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                .hasMessage(
                        "org/model is private, gated or does not exist: if it exists, set HF_TOKEN to a token that may"
                                + " read it (HTTP 401)");
        hub.fault("/revision/main", status(404));
        assertThatThrownBy(this::fetch).hasMessage("127.0.0.1 has no repository org/model (HTTP 404)");
        hub.fault("/revision/v9", status(404, "X-Error-Code", "RevisionNotFound"));
        assertThatThrownBy(() -> fetch(MODEL.at("v9"))).hasMessage("org/model has no revision v9 (HTTP 404)");
        hub.fault("HEAD /org/model/resolve/" + COMMIT + "/config.json", status(404));
        assertThatThrownBy(this::fetch).hasMessage("org/model@" + COMMIT + " has no file config.json (HTTP 404)");
    }

    @Test
    void anotherCommitThanAskedForIsRefused() {
        hub.fault(
                "HEAD /org/model/resolve/" + COMMIT + "/config.json",
                status(200, "ETag", "\"x\"", "X-Repo-Commit", COMMIT.replace('0', 'f')));

        assertThatThrownBy(this::fetch).hasMessageContaining("but was asked for at " + COMMIT);
    }

    @Test
    void revisionsAreBranchesTagsAndCommits() {
        fetch(MODEL.at("v1.0"));
        fetch(MODEL.at("refs/pr/1"));
        fetch(MODEL.at(COMMIT));

        assertThat(repository().resolve("refs/v1.0")).hasContent(COMMIT);
        assertThat(repository().resolve("refs/refs/pr/1")).hasContent(COMMIT);
        assertThat(repository().resolve("refs").resolve(COMMIT)).doesNotExist();
        assertThat(hub.log("/revision/")).anyMatch(line -> line.contains("/revision/refs%2Fpr%2F1"));
    }

    private HubClient unreachable() {
        return new HubClient(new HubOptions(
                URI.create("http://127.0.0.1:1"), cache, null, false, Duration.ofSeconds(2), FakeHub.retry()));
    }

    private HubClient offline() {
        return new HubClient(new HubOptions(hub.endpoint(), cache, null, true, Duration.ofSeconds(2), FakeHub.retry()));
    }

    @Test
    void withoutANetworkTheCacheServes() {
        Path snapshot = fetch();
        int requests = hub.log().size();

        assertThat(unreachable().fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                .isEqualTo(snapshot);
        assertThat(offline().fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                .isEqualTo(snapshot);
        assertThat(offline().fetch(MODEL.at(COMMIT), FileSelection.MODEL, ProgressListener.NONE))
                .isEqualTo(snapshot);
        assertThat(hub.log()).hasSize(requests);
    }

    @Test
    void withoutANetworkAnIncompleteModelIsAnError() throws IOException {
        assertThatThrownBy(() -> unreachable().fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                .hasMessage("http://127.0.0.1:1 can't be reached; org/model is not complete in the cache " + cache
                        + " either");
        new HubClient(hub.options(cache)).fetch(MODEL, FileSelection.CONFIG, ProgressListener.NONE);
        assertThatThrownBy(() -> offline().fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE))
                .hasMessageContaining("and HF_HUB_OFFLINE is set");
        Files.writeString(repository().resolve("refs/main"), "../../../elsewhere");
        assertThatThrownBy(() -> offline().fetch(MODEL, FileSelection.CONFIG, ProgressListener.NONE))
                .hasMessageContaining("and HF_HUB_OFFLINE is set");
    }

    @Test
    void withoutLinksFilesAreCopied() throws IOException {
        HubCache copying = new HubCache(cache, (link, target) -> {
            throw new UnsupportedOperationException("no links here");
        });
        Path snapshot =
                new HubClient(hub.options(cache), copying).fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE);

        assertThat(snapshot.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(Files.isSymbolicLink(snapshot.resolve("model.safetensors"))).isFalse();
    }

    @Test
    void threadsFetchAFileOnce() {
        List<CompletableFuture<Path>> fetches = IntStream.range(0, 6)
                .mapToObj(i -> CompletableFuture.supplyAsync(this::fetch))
                .toList();

        assertThat(fetches)
                .allSatisfy(fetch ->
                        assertThat(fetch.join().resolve("model.safetensors")).hasBinaryContent(WEIGHTS));
        assertThat(hub.log("store GET")).hasSize(1);
    }

    /** Fetches the model into a cache: endpoint and cache are the arguments. */
    static final class Fetcher {
        private Fetcher() {}

        public static void main(String[] args) {
            HubOptions options = new HubOptions(
                    URI.create(args[0]), Path.of(args[1]), null, false, Duration.ofSeconds(20), RetryPolicy.DEFAULT);
            new HubClient(options).fetch(MODEL, FileSelection.MODEL, ProgressListener.NONE);
        }
    }

    @Test
    void processesFetchAFileOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Fetcher.class.getName(),
                            hub.endpoint().toString(),
                            cache.toString())
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(snapshotFile("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(hub.log("store GET")).hasSize(1);
    }
}
