package io.transformer4j.tokenizers.decoders;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins all tokens and reads their characters as bytes of UTF-8; what is no valid UTF-8 becomes U+FFFD.
 *
 * @param addPrefixSpace without effect here, like the other two; kept since {@code tokenizer.json} has it
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements Decoder {

    /** Older files don't have {@code use_regex}, which is true then; nor do some have the others. */
    @JsonCreator
    static ByteLevel fromJson(
            @JsonProperty("add_prefix_space") @Nullable Boolean addPrefixSpace,
            @JsonProperty("trim_offsets") @Nullable Boolean trimOffsets,
            @JsonProperty("use_regex") @Nullable Boolean useRegex) {
        return new ByteLevel(
                !Boolean.FALSE.equals(addPrefixSpace),
                !Boolean.FALSE.equals(trimOffsets),
                !Boolean.FALSE.equals(useRegex));
    }

    @Override
    public List<String> decode(List<String> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.size() * 6);
        for (String token : tokens) {
            bytes.writeBytes(bytes(token));
        }
        return List.of(bytes.toString(StandardCharsets.UTF_8));
    }

    /** The bytes that a token stands for; one with a character outside the alphabet is no byte-level token, but text. */
    public static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            int value = ByteAlphabet.byteOf(token.charAt(i));
            if (value < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }
}
