package io.transformer4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Single requests to the hub: redirects, the token, answers that are errors. Thread-safe. */
final class HubConnection {
    private static final int MAX_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> TRANSIENT = Set.of(408, 425, 429, 500, 502, 503, 504);

    private final HubOptions options;
    private final HttpClient client;

    HubConnection(HubOptions options) {
        this.options = options;
        // Redirects are followed here, since the client would hand the token to wherever they lead.
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(options.timeout())
                .build();
    }

    /** An answer; its body must be closed. */
    record Answer(HttpResponse<InputStream> response, InputStream body) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        @Nullable
        String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }

    /** Fetches a body, wherever redirects lead. */
    Answer get(URI uri, Map<String, String> headers) throws IOException {
        return follow("GET", uri, headers, true);
    }

    /** Asks for headers only, and follows redirects within the hub: what it redirects elsewhere, it has described itself. */
    Answer head(URI uri) throws IOException {
        return follow("HEAD", uri, Map.of("Accept-Encoding", "identity"), false);
    }

    private Answer follow(String method, URI start, Map<String, String> headers, boolean elsewhere) throws IOException {
        URI at = start;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(method, at, headers);
            if (!REDIRECTS.contains(response.statusCode())) {
                return new Answer(response, new TimedInputStream(response.body(), options.timeout()));
            }
            URI next = target(at, response);
            if (!elsewhere && !sameOrigin(next, at)) {
                return new Answer(response, response.body());
            }
            response.body().close();
            at = next;
        }
        throw new HubException(start + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private HttpResponse<InputStream> send(String method, URI uri, Map<String, String> headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(options.timeout())
                .header("User-Agent", "transformer4j")
                .method(method, HttpRequest.BodyPublishers.noBody());
        headers.forEach(request::header);
        if (options.token() != null && sameOrigin(uri, options.endpoint())) {
            request.header("Authorization", "Bearer " + options.token());
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted"));
        }
    }

    private static URI target(URI at, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        URI next;
        try {
            next = at.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubException(at + " redirects to " + HubException.quoted(location) + ", which is no address", e);
        }
        String scheme = String.valueOf(next.getScheme()).toLowerCase(Locale.ROOT);
        if (location.isEmpty() || next.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new HubException(at + " redirects to " + HubException.quoted(location) + ", which is no address");
        }
        if (at.getScheme().equalsIgnoreCase("https") && scheme.equals("http")) {
            throw new HubException(at + " redirects to " + HubException.quoted(location) + ", which is not encrypted");
        }
        return next;
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /**
     * Turns an answer that is an error into an exception.
     *
     * @param file of the repository that was asked for; null for the repository itself
     * @throws TransientException if the same request may succeed later
     * @throws HubException if it won't
     */
    void check(Answer answer, RepositoryId repository, @Nullable String file) throws TransientException {
        int status = answer.status();
        if (status < 400) {
            return;
        }
        String host = answer.response().uri().getHost();
        if (TRANSIENT.contains(status)) {
            throw new TransientException(host + " answered with HTTP " + status, retryAfter(answer));
        }
        String what = file == null ? repository.toString() : repository + ": " + file;
        String code = String.valueOf(answer.header("X-Error-Code"));
        throw new HubException(
                switch (status) {
                    case 401, 403 -> denied(repository, what, status, code);
                    case 404 -> notFound(repository, file, code);
                    default -> what + " can't be had: " + host + " answered with HTTP " + status;
                });
    }

    private String denied(RepositoryId repository, String what, int status, String code) {
        String problem = switch (code) {
            case "GatedRepo" ->
                "is gated: accept its conditions on " + options.endpoint() + "/" + repository.name()
                        + " and set HF_TOKEN to a token of that account";
            default ->
                options.token() == null
                        ? "is private, gated or does not exist: if it exists, set HF_TOKEN to a token that may read it"
                        : "may not be read with the token that is set (HF_TOKEN or the token file): it is private,"
                                + " gated, or does not exist";
        };
        return what + " " + problem + " (HTTP " + status + ")";
    }

    private String notFound(RepositoryId repository, @Nullable String file, String code) {
        if (file != null && !code.equals("RepoNotFound") && !code.equals("RevisionNotFound")) {
            return repository + " has no file " + file + " (HTTP 404)";
        }
        boolean revision = code.equals("RevisionNotFound")
                || (code.equals("null") && !repository.revision().equals(RepositoryId.MAIN));
        return revision
                ? repository.name() + " has no revision " + repository.revision() + " (HTTP 404)"
                : options.endpoint().getHost() + " has no repository " + repository.name() + " (HTTP 404)";
    }

    /** {@code Retry-After} in seconds or as a date; null if there is none that makes sense. */
    private static @Nullable Duration retryAfter(Answer answer) {
        String value = answer.header("Retry-After");
        if (value == null) {
            return null;
        }
        if (value.strip().matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value.strip()));
        }
        try {
            Duration left = Duration.between(
                    Instant.now(),
                    ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return left.isNegative() ? null : left;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
