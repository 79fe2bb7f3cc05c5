package io.transformer4j.tokenizers.decoders;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads runs of tokens {@code <0xNN>} as bytes of UTF-8; a run that is no valid UTF-8 becomes one U+FFFD a byte. */
public record ByteFallback() implements Decoder {

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = new ArrayList<>(tokens.size());
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        for (String token : tokens) {
            int value = byteOf(token);
            if (value >= 0) {
                run.write(value);
            } else {
                flush(run, parts);
                parts.add(token);
            }
        }
        flush(run, parts);
        return parts;
    }

    private static int byteOf(String token) {
        if (token.length() != 6 || !token.startsWith("<0x") || !token.endsWith(">")) {
            return -1;
        }
        int high = Character.digit(token.charAt(3), 16);
        int low = Character.digit(token.charAt(4), 16);
        return high < 0 || low < 0 ? -1 : (high << 4) | low;
    }

    private static void flush(ByteArrayOutputStream run, List<String> parts) {
        if (run.size() == 0) {
            return;
        }
        try {
            parts.add(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(run.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            for (int i = 0; i < run.size(); i++) {
                parts.add("\uFFFD");
            }
        }
        run.reset();
    }
}
