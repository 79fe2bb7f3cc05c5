package io.transformer4j.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A hub on two ports of this machine: one for the hub itself, one for the store that large files are redirected to. It
 * behaves like huggingface.co until it is told otherwise.
 */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final String REPOSITORY = "org/model";

    /** What happens instead of the right answer, once. */
    @FunctionalInterface
    interface Fault {
        void answer(HttpExchange exchange, byte[] content) throws IOException;
    }

    private record File(byte[] content, boolean large) {
        String etag() {
            byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
            return large ? hex("SHA-256", content) : hex("SHA-1", header, content);
        }
    }

    private final HttpServer hub;
    private final HttpServer store;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, File> files = new LinkedHashMap<>();
    private final Map<String, Deque<Fault>> faults = new LinkedHashMap<>();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private @Nullable String listing;

    FakeHub() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        hub = HttpServer.create(new InetSocketAddress(here, 0), 0);
        store = HttpServer.create(new InetSocketAddress(here, 0), 0);
        hub.createContext("/", exchange -> serve(exchange, this::answerAsHub));
        store.createContext("/", exchange -> serve(exchange, this::answerAsStore));
        hub.setExecutor(threads);
        store.setExecutor(threads);
        hub.start();
        store.start();
    }

    FakeHub small(String name, String content) {
        files.put(name, new File(content.getBytes(StandardCharsets.UTF_8), false));
        return this;
    }

    FakeHub large(String name, byte[] content) {
        files.put(name, new File(content, true));
        return this;
    }

    /** Makes the next request whose path ends with {@code path} fail; several faults come one after the other. */
    FakeHub fault(String path, Fault... these) {
        faults.computeIfAbsent(path, p -> new ArrayDeque<>()).addAll(List.of(these));
        return this;
    }

    /** Replaces the list of files. */
    void listing(String json) {
        listing = json;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
    }

    private String storeAddress() {
        return "http://127.0.0.1:" + store.getAddress().getPort();
    }

    /** Options with short waits. */
    HubOptions options(Path cache) {
        return new HubOptions(endpoint(), cache, "secret", false, Duration.ofSeconds(2), retry());
    }

    static RetryPolicy retry() {
        return new RetryPolicy(3, Duration.ofMillis(2), Duration.ofMillis(10), Duration.ofSeconds(3));
    }

    /** All requests so far, such as {@code hub GET /org/model/resolve/main/config.json token}. */
    List<String> log() {
        return List.copyOf(log);
    }

    List<String> log(String part) {
        return log().stream().filter(line -> line.contains(part)).toList();
    }

    static Fault status(int code, String... headers) {
        return (exchange, content) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(code, -1);
        };
    }

    /** Announces everything, sends {@code count} bytes of what was asked for and hangs up. */
    static Fault cutAfter(int count) {
        return (exchange, content) -> {
            int from = rangeStart(exchange).orElse(0);
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, count);
            exchange.getResponseBody().flush();
        };
    }

    /** Sends {@code count} bytes and then nothing until this hub is closed. */
    Fault stallAfter(int count) {
        return (exchange, content) -> {
            cutAfter(count).answer(exchange, content);
            try {
                closing.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Sends other bytes of the same length. */
    static Fault damaged() {
        return (exchange, content) -> {
            byte[] other = content.clone();
            other[other.length / 2] ^= 1;
            send(exchange, 200, other);
        };
    }

    /** Ignores that only a part was asked for. */
    static Fault whole() {
        return (exchange, content) -> send(exchange, 200, content);
    }

    static Fault content(byte[] other) {
        return (exchange, content) -> send(exchange, 200, other);
    }

    private interface Answer {
        void to(HttpExchange exchange, String path) throws IOException;
    }

    private void serve(HttpExchange exchange, Answer answer) {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            log.add((exchange.getLocalAddress().getPort() == hub.getAddress().getPort() ? "hub " : "store ")
                    + exchange.getRequestMethod() + " " + path
                    + (exchange.getRequestHeaders().containsKey("Authorization") ? " token" : "")
                    + Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                            .map(range -> " " + range)
                            .orElse(""));
            answer.to(exchange, path);
        } catch (IOException e) {
            // The client hung up, as some tests want it to.
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Fault> nextFault(String key) {
        synchronized (faults) {
            return faults.entrySet().stream()
                    .filter(entry ->
                            key.endsWith(entry.getKey()) && !entry.getValue().isEmpty())
                    .findFirst()
                    .map(entry -> entry.getValue().poll());
        }
    }

    private void answerAsHub(HttpExchange exchange, String path) throws IOException {
        Optional<Fault> fault = nextFault(exchange.getRequestMethod() + " " + path);
        String name = path.replaceFirst("^/" + REPOSITORY + "/resolve/[^/]+/", "");
        File file = files.get(name);
        if (fault.isPresent()) {
            fault.get().answer(exchange, file == null ? new byte[0] : file.content());
        } else if (path.startsWith("/api/models/" + REPOSITORY + "/revision/")) {
            send(exchange, 200, listingJson().getBytes(StandardCharsets.UTF_8));
        } else if (file == null) {
            status(404).answer(exchange, new byte[0]);
        } else if (file.large()) {
            status(
                            302,
                            "Location",
                            storeAddress() + "/" + name + "?signature=1",
                            "X-Linked-Etag",
                            "\"" + file.etag() + "\"",
                            "X-Linked-Size",
                            Integer.toString(file.content().length),
                            "X-Repo-Commit",
                            COMMIT)
                    .answer(exchange, file.content());
        } else {
            exchange.getResponseHeaders().add("ETag", "W/\"" + file.etag() + "\"");
            exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
            send(exchange, 200, file.content());
        }
    }

    private void answerAsStore(HttpExchange exchange, String path) throws IOException {
        byte[] content = files.get(path.substring(1)).content();
        Optional<Fault> fault = nextFault("store " + path);
        if (fault.isPresent()) {
            fault.get().answer(exchange, content);
            return;
        }
        Optional<Integer> from = rangeStart(exchange);
        if (from.isPresent()) {
            exchange.getResponseHeaders()
                    .add("Content-Range", "bytes " + from.get() + "-" + (content.length - 1) + "/" + content.length);
            send(exchange, 206, Arrays.copyOfRange(content, from.get(), content.length));
        } else {
            send(exchange, 200, content);
        }
    }

    private String listingJson() {
        if (listing != null) {
            return listing;
        }
        List<Map<String, Object>> siblings = new ArrayList<>();
        files.forEach((name, file) -> siblings.add(Map.of("rfilename", name, "size", file.content().length)));
        return JsonMapper.shared().writeValueAsString(Map.of("sha", COMMIT, "siblings", siblings));
    }

    private static Optional<Integer> rangeStart(HttpExchange exchange) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .map(range -> Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1")));
    }

    private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", Integer.toString(content.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(content);
        }
    }

    private static String hex(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            Arrays.stream(parts).forEach(digest::update);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        hub.stop(0);
        store.stop(0);
        threads.shutdownNow();
    }
}
