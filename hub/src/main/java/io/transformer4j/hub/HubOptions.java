package io.transformer4j.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the hub and its cache are, and how to talk to it.
 *
 * @param endpoint {@code https://huggingface.co}, or a mirror
 * @param cache folder with {@code models--org--name} folders
 * @param token for private and gated repositories, sent to the endpoint only; null for none
 * @param offline whether to take models from the cache only
 * @param timeout longest time without any answer or any bytes
 * @param retry of requests that fail for a moment
 */
public record HubOptions(
        URI endpoint, Path cache, @Nullable String token, boolean offline, Duration timeout, RetryPolicy retry) {
    private static final String ENDPOINT = "https://huggingface.co";
    private static final String DEFAULT_TIMEOUT_SECONDS = "20";
    private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

    public HubOptions {
        String scheme = endpoint.getScheme() == null ? "" : endpoint.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("https") || scheme.equals("http")) || endpoint.getHost() == null) {
            throw new HubException("HF_ENDPOINT is " + HubException.quoted(endpoint.toString())
                    + ", but must be an address such as " + ENDPOINT);
        }
    }

    /**
     * What the environment says, in the variables of {@code huggingface_hub}: {@code HF_ENDPOINT}; {@code HF_HUB_CACHE}, or {@code
     * HF_HOME/hub}, or {@code XDG_CACHE_HOME/huggingface/hub}, or {@code ~/.cache/huggingface/hub}; {@code HF_TOKEN}, or
     * the file {@code HF_TOKEN_PATH} or {@code HF_HOME/token}; {@code HF_HUB_OFFLINE}; {@code HF_HUB_DOWNLOAD_TIMEOUT}.
     */
    public static HubOptions fromEnvironment() {
        return fromEnvironment(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    static HubOptions fromEnvironment(Map<String, String> environment, Path userHome) {
        Path cacheHome = path(environment, "XDG_CACHE_HOME", userHome, userHome.resolve(".cache"));
        Path home = path(environment, "HF_HOME", userHome, cacheHome.resolve("huggingface"));
        return new HubOptions(
                endpoint(environment),
                path(environment, "HF_HUB_CACHE", userHome, home.resolve("hub")),
                token(environment, path(environment, "HF_TOKEN_PATH", userHome, home.resolve("token"))),
                TRUE.contains(value(environment, "HF_HUB_OFFLINE", "").toUpperCase(Locale.ROOT)),
                timeout(environment),
                RetryPolicy.DEFAULT);
    }

    private static URI endpoint(Map<String, String> environment) {
        String text = value(environment, "HF_ENDPOINT", ENDPOINT);
        try {
            return URI.create(text.replaceAll("/+$", ""));
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    "HF_ENDPOINT is " + HubException.quoted(text) + ", but must be an address such as " + ENDPOINT, e);
        }
    }

    private static Duration timeout(Map<String, String> environment) {
        String text = value(environment, "HF_HUB_DOWNLOAD_TIMEOUT", DEFAULT_TIMEOUT_SECONDS);
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new HubException(
                    "HF_HUB_DOWNLOAD_TIMEOUT is " + HubException.quoted(text) + ", but must be a number of seconds");
        }
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static @Nullable String token(Map<String, String> environment, Path file) {
        String token = value(environment, "HF_TOKEN", value(environment, "HUGGING_FACE_HUB_TOKEN", ""));
        try {
            if (token.isEmpty() && Files.isRegularFile(file)) {
                token = Files.readString(file, StandardCharsets.UTF_8).strip();
            }
        } catch (IOException e) {
            throw new HubException("the token file " + file + " can't be read", e);
        }
        if (token.isEmpty()) {
            return null;
        }
        if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new HubException("the token (HF_TOKEN or " + file
                    + ") has characters that no token has: it must be one word of letters and digits");
        }
        return token;
    }

    private static Path path(Map<String, String> environment, String name, Path userHome, Path otherwise) {
        String text = value(environment, name, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        return text.equals("~") || text.startsWith("~/")
                ? userHome.resolve(text.substring(Math.min(2, text.length())))
                : Path.of(text);
    }

    private static String value(Map<String, String> environment, String name, String otherwise) {
        String value = environment.getOrDefault(name, "").strip();
        return value.isEmpty() ? otherwise : value;
    }

    /** Everything but the token. */
    @Override
    public String toString() {
        return "HubOptions[endpoint=" + endpoint + ", cache=" + cache + ", token=" + (token == null ? "none" : "***")
                + ", offline=" + offline + ", timeout=" + timeout + ", retry=" + retry + "]";
    }
}
