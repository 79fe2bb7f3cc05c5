package io.transformer4j.data;

import io.transformer4j.files.Sha256;
import java.util.HexFormat;

/**
 * SHA-256 of whatever identifies a corpus or a tokenizer.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {
    static final int BYTES = 32;

    public Fingerprint {
        if (HexFormat.of().parseHex(hex).length != BYTES) {
            throw new IllegalArgumentException("a fingerprint has 64 hexadecimal digits, not " + hex.length());
        }
    }

    /** The fingerprint of {@code content}. */
    public static Fingerprint of(byte[] content) {
        return fromBytes(Sha256.newDigest().digest(content));
    }

    static Fingerprint fromBytes(byte[] bytes) {
        return new Fingerprint(HexFormat.of().formatHex(bytes));
    }

    byte[] toBytes() {
        return HexFormat.of().parseHex(hex);
    }
}
