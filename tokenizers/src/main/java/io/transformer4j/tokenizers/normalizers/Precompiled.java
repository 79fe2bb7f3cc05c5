package io.transformer4j.tokenizers.normalizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.text.TransformBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's compiled normalization rules: a Darts double array over UTF-8 that maps short sequences to their replacements.
 *
 * <p>The blob is a little-endian length, the double array, and the replacements, each ended by a zero byte. As in Hugging Face, each
 * grapheme of fewer than six bytes is looked up as a whole first, then its characters one by one. Immutable and thread-safe.
 */
public final class Precompiled implements Normalizer {

    private static final Pattern GRAPHEME = Pattern.compile("\\X");
    private static final int LONGEST_GRAPHEME = 6; // in bytes, exclusive

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

    @JsonProperty("precompiled_charsmap")
    String toJson() {
        return Base64.getEncoder().encodeToString(charsmap);
    }

    @Override
    public void normalize(NormalizedString text) {
        TransformBuilder result = new TransformBuilder(text.length());
        Matcher graphemes = GRAPHEME.matcher(text.toString());
        int removedAtStart = 0;
        Pending pending = new Pending(result);
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            int characters = grapheme.codePointCount(0, grapheme.length());
            String whole =
                    grapheme.getBytes(StandardCharsets.UTF_8).length < LONGEST_GRAPHEME ? replacement(grapheme) : null;
            if (whole != null) {
                removedAtStart += pending.replace(whole, characters);
                continue;
            }
            for (int i = 0; i < grapheme.length(); ) {
                int codePoint = grapheme.codePointAt(i);
                i += Character.charCount(codePoint);
                String single = replacement(Character.toString(codePoint));
                removedAtStart += pending.replace(single == null ? Character.toString(codePoint) : single, 1);
            }
        }
        pending.flush();
        result.applyTo(text, removedAtStart);
    }

    /** What the rules say for {@code sequence} or, failing that, for what it begins with; null if nothing. */
    private @Nullable String replacement(String sequence) {
        byte[] key = sequence.getBytes(StandardCharsets.UTF_8);
        int node = offset(units[0]);
        for (byte b : key) {
            node ^= b & 0xFF;
            if (b == 0 || node < 0 || node >= units.length || (units[node] & 0x800000FF) != (b & 0xFF)) {
                return null;
            }
            int unit = units[node];
            node ^= offset(unit);
            if ((unit & 0x100) != 0 && node < units.length) {
                return string(units[node] & 0x7FFFFFFF); // the shortest match counts, as in the peer
            }
        }
        return null;
    }

    /** Darts' encoding of the distance to the children. */
    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & 0x200) >>> 6);
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

    /** Holds the last code point back, since those that vanish after it count as its change. */
    private static final class Pending {

        private final TransformBuilder result;
        private int codePoint = -1;
        private int change;

        Pending(TransformBuilder result) {
            this.result = result;
        }

        /** Replaces {@code characters} code points by {@code text}; returns how many vanished with nothing before them. */
        int replace(String text, int characters) {
            int[] codePoints = text.codePoints().toArray();
            for (int i = 0; i < codePoints.length; i++) {
                flush();
                codePoint = codePoints[i];
                change = i < characters ? 0 : 1;
            }
            int vanished = Math.max(0, characters - codePoints.length);
            if (codePoint < 0) {
                return vanished;
            }
            change -= vanished;
            return 0;
        }

        void flush() {
            if (codePoint >= 0) {
                result.add(codePoint, change);
            }
        }
    }
}
