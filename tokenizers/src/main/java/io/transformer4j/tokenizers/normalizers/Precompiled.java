package io.transformer4j.tokenizers.normalizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.Graphemes;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.text.Utf8;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's compiled normalization rules: a Darts double array over UTF-8 that maps short sequences to their replacements.
 *
 * <p>The blob is a little-endian length, the double array, and the replacements, each ended by a zero byte. As in Hugging Face, each
 * grapheme of fewer than six bytes is looked up as a whole first, then its characters one by one. Immutable and thread-safe.
 */
public final class Precompiled implements Normalizer {

    private static final int LONGEST_GRAPHEME = 6; // in bytes, exclusive
    private static final int ROOT = 0;
    private static final int NONE = -1;

    private final byte[] charsmap;
    private final int[] units;
    private final byte[] replacements;

    /** Reads the blob; throws {@link TokenizerException} if it is cut short. */
    public Precompiled(byte[] charsmap) {
        this.charsmap = charsmap.clone();
        ByteBuffer blob = ByteBuffer.wrap(this.charsmap).order(ByteOrder.LITTLE_ENDIAN);
        if (blob.remaining() < 4) {
            throw new TokenizerException("the precompiled_charsmap is cut short: " + charsmap.length + " bytes");
        }
        int trieBytes = blob.getInt();
        if (trieBytes < 4 || trieBytes % 4 != 0 || trieBytes > blob.remaining()) {
            throw new TokenizerException("the precompiled_charsmap is broken: its trie should have " + trieBytes
                    + " of " + blob.remaining() + " bytes");
        }
        this.units = new int[trieBytes / 4];
        blob.asIntBuffer().get(units);
        this.replacements = Arrays.copyOfRange(this.charsmap, 4 + trieBytes, charsmap.length);
    }

    @JsonCreator
    static Precompiled fromJson(@JsonProperty("precompiled_charsmap") String base64) {
        try {
            return new Precompiled(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw new TokenizerException("the precompiled_charsmap is no base64: " + e.getMessage(), e);
        }
    }

    /** The blob: a copy. */
    public byte[] charsmap() {
        return charsmap.clone();
    }

    @JsonProperty("precompiled_charsmap")
    String toJson() {
        return Base64.getEncoder().encodeToString(charsmap);
    }

    @Override
    public void normalize(NormalizedString text) {
        Replacements replacements = new Replacements(text);
        for (int start = 0; start < text.length(); ) {
            int end = Graphemes.end(text, start);
            String whole = utf8Length(text, start, end) < LONGEST_GRAPHEME ? replacement(text, start, end) : null;
            if (whole != null) {
                replacements.replace(end - start, whole);
            } else {
                for (int i = start; i < end; i++) {
                    String single = replacement(text, i, i + 1);
                    replacements.replace(1, single == null ? Character.toString(text.codePointAt(i)) : single);
                }
            }
            start = end;
        }
        replacements.apply();
    }

    private static long utf8Length(NormalizedString text, int from, int to) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += Utf8.length(text.codePointAt(i));
        }
        return bytes;
    }

    /** What the rules say for a sequence or, failing that, for what it begins with; null if nothing. */
    private @Nullable String replacement(NormalizedString text, int from, int to) {
        byte[] utf8 = new byte[4];
        int cell = ROOT;
        for (int i = from; i < to; i++) {
            int size = Utf8.encode(text.codePointAt(i), utf8, 0);
            for (int b = 0; b < size; b++) {
                cell = child(cell, utf8[b]);
                if (cell == NONE) {
                    return null;
                }
                if (hasReplacement(cell)) {
                    return replacement(cell); // the shortest match counts, as in the peer
                }
            }
        }
        return null;
    }

    /** A rule that applies: the code points it replaces, and by what. */
    record Rule(int length, String replacement) {}

    /** The longest rule for what stands at {@code from}, which is SentencePiece's own choice; null if there is none. */
    @Nullable
    Rule longestAt(NormalizedString text, int from) {
        byte[] utf8 = new byte[4];
        int longest = NONE;
        int end = from;
        int cell = ROOT;
        for (int i = from; i < text.length() && cell != NONE; i++) {
            int size = Utf8.encode(text.codePointAt(i), utf8, 0);
            for (int b = 0; b < size && cell != NONE; b++) {
                cell = child(cell, utf8[b]);
            }
            if (cell != NONE && hasReplacement(cell)) {
                longest = cell;
                end = i + 1;
            }
        }
        return longest == NONE ? null : new Rule(end - from, replacement(longest));
    }

    private int child(int cell, byte label) {
        int child = children(cell) ^ (label & 0xFF);
        boolean found =
                label != 0 && child >= 0 && child < units.length && (units[child] & 0x800000FF) == (label & 0xFF);
        return found ? child : NONE;
    }

    /** Where the children of a cell are, less their labels; the child labelled 0 is the value. */
    private int children(int cell) {
        int unit = units[cell];
        return cell ^ ((unit >>> 10) << ((unit & 0x200) >>> 6));
    }

    private boolean hasReplacement(int cell) {
        return (units[cell] & 0x100) != 0 && children(cell) >= 0 && children(cell) < units.length;
    }

    private String replacement(int cell) {
        return string(units[children(cell)] & 0x7FFFFFFF);
    }

    private String string(int start) {
        int end = Math.min(start, replacements.length);
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        return new String(replacements, Math.min(start, end), end - Math.min(start, end), StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Precompiled that && Arrays.equals(charsmap, that.charsmap);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(charsmap);
    }
}
