package io.transformer4j.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a hub's ETag says of a file's content: the SHA-256 of large files (Git LFS), the SHA-1 of Git's blob of small ones
 * ({@code "blob " + size + NUL + content}).
 */
enum ContentHash {
    SHA256("SHA-256", 64),
    GIT_BLOB("SHA-1", 40);

    private static final int BUFFER_BYTES = 1 << 16;

    private final String algorithm;
    private final int hexDigits;

    ContentHash(String algorithm, int hexDigits) {
        this.algorithm = algorithm;
        this.hexDigits = hexDigits;
    }

    /** The hash that has the form of {@code etag}; none if a mirror chose another kind of tag. */
    static Optional<ContentHash> of(String etag) {
        for (ContentHash hash : values()) {
            if (etag.length() == hash.hexDigits && etag.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                return Optional.of(hash);
            }
        }
        return Optional.empty();
    }

    /** The hash of a file, in lower-case hexadecimal digits. */
    String ofFile(Path file) throws IOException {
        MessageDigest digest = digest();
        if (this == GIT_BLOB) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private MessageDigest digest() {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }

    /** Such as {@code SHA-256}. */
    @Override
    public String toString() {
        return this == GIT_BLOB ? "Git hash" : algorithm;
    }
}
