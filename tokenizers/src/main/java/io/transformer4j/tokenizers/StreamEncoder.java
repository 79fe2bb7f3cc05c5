package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.text.TokenBuffer;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * Encodes a text of any length in bounded memory, with the ids that the whole text would have.
 *
 * <p>The text is cut before a blank that follows a character which isn't one: there no word of BERT or GPT-2 goes across. Cuts keep away
 * from added tokens. Memory grows only with the longest stretch without such a place.
 */
final class StreamEncoder {

    private static final int BLOCK = 1 << 16;

    private final Function<String, TokenBuffer> tokenize;
    private final Function<String, List<AddedTokens.Match>> addedTokens;
    private final BiPredicate<Character, Character> isCut;
    private final int margin;

    /**
     * An encoder for texts of one kind.
     *
     * @param tokenize encodes a part
     * @param addedTokens finds the added tokens of a part
     * @param isCut whether the text may be cut between two characters
     * @param margin length of the longest added token: so far ahead one must see to know that none goes across a cut
     */
    StreamEncoder(
            Function<String, TokenBuffer> tokenize,
            Function<String, List<AddedTokens.Match>> addedTokens,
            BiPredicate<Character, Character> isCut,
            int margin) {
        this.tokenize = tokenize;
        this.addedTokens = addedTokens;
        this.isCut = isCut;
        this.margin = margin;
    }

    /** Passes the ids of all that {@code reader} gives to {@code sink}; returns their number. */
    long encode(Reader reader, IntConsumer sink) throws IOException {
        char[] buffer = new char[BLOCK];
        int filled = 0;
        long tokens = 0;
        while (true) {
            int read = reader.read(buffer, filled, buffer.length - filled);
            filled += Math.max(0, read);
            if (read >= 0 && filled < buffer.length) {
                continue;
            }
            String text = new String(buffer, 0, filled);
            int cut = read < 0 ? filled : lastCut(text);
            if (cut > 0 || read < 0) {
                TokenBuffer out = tokenize.apply(text.substring(0, cut));
                for (int i = 0; i < out.size(); i++) {
                    sink.accept(out.id(i));
                }
                tokens += out.size();
            }
            if (read < 0) {
                return tokens;
            }
            filled -= cut;
            System.arraycopy(buffer, cut, buffer, 0, filled);
            if (cut == 0) {
                buffer = Arrays.copyOf(buffer, Math.multiplyExact(2, buffer.length));
            } else if (buffer.length > BLOCK && filled < BLOCK / 2) {
                buffer = Arrays.copyOf(buffer, BLOCK);
            }
        }
    }

    /** The last place at which {@code text} may be cut, or 0. */
    private int lastCut(String text) {
        List<AddedTokens.Match> matches = addedTokens.apply(text);
        int match = matches.size() - 1;
        for (int at = text.length() - margin - 1; at > 0; at--) {
            while (match >= 0 && matches.get(match).start() >= at) {
                match--;
            }
            boolean inside = match >= 0 && at < matches.get(match).end();
            if (!inside && isCut.test(text.charAt(at - 1), text.charAt(at))) {
                return at;
            }
        }
        return 0;
    }
}
