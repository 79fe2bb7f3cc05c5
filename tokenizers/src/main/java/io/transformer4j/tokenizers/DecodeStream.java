package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.decoders.ByteLevel;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes ids as they are generated: each call gives the text that has become certain, so that no half character is ever shown.
 *
 * <pre>{@code
 * DecodeStream stream = tokenizer.decodeStream(true);
 * for (int id : generated) print(stream.add(id));
 * print(stream.flush());
 * }</pre>
 *
 * <p>The parts, joined, are what {@link Tokenizer#decode} gives for all ids. Mutable, not thread-safe.
 */
public final class DecodeStream {

    private final Tokenizer tokenizer;
    private final boolean skipSpecialTokens;
    private final Decoding decoding;

    DecodeStream(Tokenizer tokenizer, boolean skipSpecialTokens) {
        this.tokenizer = tokenizer;
        this.skipSpecialTokens = skipSpecialTokens;
        this.decoding = tokenizer.decoder() instanceof ByteLevel ? new Bytes() : new Window();
    }

    /** The text that {@code id} makes certain; often empty in the midst of a character. */
    public String add(int id) {
        boolean passedOver = !tokenizer.hasToken(id) || (skipSpecialTokens && tokenizer.isSpecial(id));
        return passedOver ? "" : decoding.add(id);
    }

    /** What is left at the end: broken characters as U+FFFD. */
    public String flush() {
        return decoding.flush();
    }

    private sealed interface Decoding {
        String add(int id);

        String flush();
    }

    /** Byte-level tokens are bytes of UTF-8: an incremental decoder knows which characters are complete. */
    private final class Bytes implements Decoding {

        private final CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private byte[] pending = {};

        @Override
        public String add(int id) {
            byte[] token = ByteLevel.bytes(tokenizer.idToToken(id));
            ByteBuffer in = ByteBuffer.allocate(pending.length + token.length)
                    .put(pending)
                    .put(token)
                    .flip();
            CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
            utf8.decode(in, out, false);
            pending = Arrays.copyOfRange(in.array(), in.position(), in.limit());
            return out.flip().toString();
        }

        @Override
        public String flush() {
            String rest = new String(pending, StandardCharsets.UTF_8);
            pending = new byte[0];
            utf8.reset();
            return rest;
        }
    }

    /**
     * Any other decoder: what the last tokens and the new one decode to, less what the last ones decode to alone. The last tokens are kept as
     * the context that the new one needs; a text that ends in U+FFFD is held back, for it may be half a character.
     */
    private final class Window implements Decoding {

        /** A UTF-8 character has at most four bytes: what is still broken after this many tokens stays so. */
        private static final int MAX_PENDING = 8;

        private int[] ids = new int[16];
        private int size;
        private int shown; // ids whose text has been given out
        private String shownText = ""; // and that text

        @Override
        public String add(int id) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, 2 * size);
            }
            ids[size++] = id;
            String text = decode();
            return text.endsWith("\uFFFD") && size - shown < MAX_PENDING ? "" : show(text);
        }

        @Override
        public String flush() {
            return shown == size ? "" : show(decode());
        }

        private String decode() {
            return tokenizer.decode(Arrays.copyOf(ids, size), false);
        }

        private String show(String text) {
            if (text.length() <= shownText.length()) {
                shown = size;
                return "";
            }
            String fresh = text.substring(shownText.length());
            // Two tokens stay as context, so that the next one is never taken for the first of a text.
            int kept = Math.min(size, Math.max(2, size - shown));
            System.arraycopy(ids, size - kept, ids, 0, kept);
            size = kept;
            shown = kept;
            shownText = decode();
            return fresh;
        }
    }
}
