package io.transformer4j.tokenizers.decoders;

import io.transformer4j.tokenizers.text.ByteAlphabet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Joins all tokens and reads their characters as bytes of UTF-8; what is no valid UTF-8 becomes U+FFFD.
 *
 * @param addPrefixSpace without effect here, like the other two; kept since {@code tokenizer.json} has it
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(tokens.size() * 6);
        for (String token : tokens) {
            write(token, bytes);
        }
        return List.of(bytes.toString(StandardCharsets.UTF_8));
    }

    /** A token with a character outside the alphabet is no byte-level token: it is text. */
    private static void write(String token, ByteArrayOutputStream out) {
        for (int i = 0; i < token.length(); i++) {
            if (ByteAlphabet.byteOf(token.charAt(i)) < 0) {
                out.writeBytes(token.getBytes(StandardCharsets.UTF_8));
                return;
            }
        }
        for (int i = 0; i < token.length(); i++) {
            out.write(ByteAlphabet.byteOf(token.charAt(i)));
        }
    }
}
