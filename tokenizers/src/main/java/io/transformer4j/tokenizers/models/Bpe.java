package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.text.Utf8;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Byte-pair encoding (Sennrich et al. 2016): a word begins as its characters; the pair that was learnt first is merged first. */
@JsonPropertyOrder({
    "dropout",
    "unk_token",
    "continuing_subword_prefix",
    "end_of_word_suffix",
    "fuse_unk",
    "byte_fallback",
    "ignore_merges",
    "vocab",
    "merges"
})
public final class Bpe implements Model {

    private final Vocabulary vocabulary;
    private final List<Merge> merges;
    private final Options options;
    private final int unkId;
    private final MergeTable table;
    private final int[] byteIds = new int[256]; // of the characters of ByteAlphabet
    private final int[] fallbackIds = new int[256]; // of <0x00> to <0xFF>

    /**
     * What a BPE vocabulary may say besides its merges.
     *
     * @param unkToken for characters that aren't in the vocabulary; null: they vanish
     * @param continuingSubwordPrefix put before every character of a word but the first, or null
     * @param endOfWordSuffix put after the last character of a word, or null
     * @param fuseUnk whether a run of unknown characters is one token
     * @param byteFallback whether unknown characters become the tokens {@code <0xNN>} of their UTF-8 bytes
     * @param ignoreMerges whether a word that is in the vocabulary is taken whole, whatever the merges say
     */
    public record Options(
            @Nullable String unkToken,
            @Nullable String continuingSubwordPrefix,
            @Nullable String endOfWordSuffix,
            boolean fuseUnk,
            boolean byteFallback,
            boolean ignoreMerges) {

        /** GPT-2's: none. */
        public static Options none() {
            return new Options(null, null, null, false, false, false);
        }
    }

    /**
     * A model with all its settings.
     *
     * @throws TokenizerException if a merge uses or makes a piece that isn't in the vocabulary
     */
    public Bpe(Vocabulary vocabulary, List<Merge> merges, Options options) {
        this.vocabulary = vocabulary;
        this.merges = List.copyOf(merges);
        this.options = options;
        this.unkId = options.unkToken() == null ? -1 : vocabulary.id(options.unkToken());
        this.table = new MergeTable(mergeIds());
        for (int b = 0; b < 256; b++) {
            byteIds[b] = vocabulary.id(String.valueOf(ByteAlphabet.charOf(b)));
            fallbackIds[b] = vocabulary.id(String.format(Locale.ROOT, "<0x%02X>", b));
        }
    }

    private int[] mergeIds() {
        String prefix = options.continuingSubwordPrefix() == null ? "" : options.continuingSubwordPrefix();
        int[] ids = new int[3 * merges.size()];
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge merge = merges.get(rank);
            String right = merge.right();
            String merged = merge.left() + (right.startsWith(prefix) ? right.substring(prefix.length()) : right);
            ids[3 * rank] = idInMerge(merge.left(), rank);
            ids[3 * rank + 1] = idInMerge(right, rank);
            ids[3 * rank + 2] = idInMerge(merged, rank);
        }
        return ids;
    }

    private int idInMerge(String piece, int rank) {
        int id = vocabulary.id(piece);
        if (id < 0) {
            Merge merge = merges.get(rank);
            throw new TokenizerException("merge " + (rank + 1) + " ('" + merge.left() + "' '" + merge.right()
                    + "') needs '" + piece + "', which isn't in the vocabulary");
        }
        return id;
    }

    @JsonCreator
    static Bpe fromJson(
            @JsonProperty("vocab") Vocabulary vocabulary,
            @JsonProperty("merges") List<Merge> merges,
            @JsonProperty("dropout") @Nullable Double dropout,
            @JsonProperty("unk_token") @Nullable String unkToken,
            @JsonProperty("continuing_subword_prefix") @Nullable String prefix,
            @JsonProperty("end_of_word_suffix") @Nullable String suffix,
            @JsonProperty("fuse_unk") @Nullable Boolean fuseUnk,
            @JsonProperty("byte_fallback") @Nullable Boolean byteFallback,
            @JsonProperty("ignore_merges") @Nullable Boolean ignoreMerges) {
        if (dropout != null && dropout != 0) {
            throw new TokenizerException(
                    "BPE dropout (" + dropout + ") is not supported: encoding is deterministic; set it to null");
        }
        Options options = new Options(
                unkToken,
                prefix,
                suffix,
                Boolean.TRUE.equals(fuseUnk),
                Boolean.TRUE.equals(byteFallback),
                Boolean.TRUE.equals(ignoreMerges));
        return new Bpe(vocabulary, merges, options);
    }

    @Override
    @JsonProperty("vocab")
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @JsonProperty("merges")
    public List<Merge> merges() {
        return merges;
    }

    @JsonProperty("dropout")
    @Nullable
    Double dropout() {
        return null;
    }

    @Override
    @JsonProperty("unk_token")
    public @Nullable String unkToken() {
        return options.unkToken();
    }

    @JsonProperty("continuing_subword_prefix")
    public @Nullable String continuingSubwordPrefix() {
        return options.continuingSubwordPrefix();
    }

    @JsonProperty("end_of_word_suffix")
    public @Nullable String endOfWordSuffix() {
        return options.endOfWordSuffix();
    }

    @JsonProperty("fuse_unk")
    public boolean fuseUnk() {
        return options.fuseUnk();
    }

    @JsonProperty("byte_fallback")
    public boolean byteFallback() {
        return options.byteFallback();
    }

    @JsonProperty("ignore_merges")
    public boolean ignoreMerges() {
        return options.ignoreMerges();
    }

    /** The id of a byte's character in {@link ByteAlphabet}, or -1. */
    int byteId(int unsignedByte) {
        return byteIds[unsignedByte];
    }

    MergeTable table() {
        return table;
    }

    @Override
    public boolean continuesWord(String token) {
        String prefix = options.continuingSubwordPrefix();
        return prefix != null && !prefix.isEmpty() && token.startsWith(prefix);
    }

    @Override
    public void tokenize(NormalizedString word, int wordIndex, TokenBuffer out) {
        if (word.isEmpty()) {
            return;
        }
        if (options.ignoreMerges()) {
            int id = vocabulary.id(word.toString());
            if (id >= 0) {
                out.add(id, word.startAt(0), word.endAt(word.length() - 1), wordIndex);
                return;
            }
        }
        SymbolMerger symbols = new SymbolMerger();
        int skipped = addSymbols(word, symbols);
        symbols.merge(table);
        emit(word, wordIndex, symbols, skipped, out);
    }

    /**
     * Symbol lengths are in UTF-8 bytes, since one character can fall back to several symbols. A character that gives no symbol at
     * all goes to the one before it.
     *
     * @return the bytes before the first symbol
     */
    private int addSymbols(NormalizedString word, SymbolMerger symbols) {
        int skipped = 0;
        int pendingUnk = 0; // bytes of unknown characters not yet added
        byte[] utf8 = new byte[4];
        for (int i = 0; i < word.length(); i++) {
            int bytes = Utf8.encode(word.codePointAt(i), utf8, 0);
            int id = vocabulary.id(decorated(word.codePointAt(i), i == 0, i == word.length() - 1));
            boolean fallsBack = id < 0 && options.byteFallback() && hasFallback(utf8, bytes);
            boolean unknown = id < 0 && !fallsBack;
            if (pendingUnk > 0 && !(unknown && options.fuseUnk())) {
                symbols.add(requireUnkId(), pendingUnk);
                pendingUnk = 0;
            }
            if (id >= 0) {
                symbols.add(id, bytes);
            } else if (fallsBack) {
                for (int b = 0; b < bytes; b++) {
                    symbols.add(fallbackIds[utf8[b] & 0xFF], 1);
                }
            } else if (options.unkToken() != null) {
                pendingUnk += bytes;
            } else if (symbols.size() > 0) {
                symbols.extendLast(bytes);
            } else {
                skipped += bytes;
            }
        }
        if (pendingUnk > 0) {
            symbols.add(requireUnkId(), pendingUnk);
        }
        return skipped;
    }

    private String decorated(int codePoint, boolean first, boolean last) {
        String symbol = Character.toString(codePoint);
        if (!first && options.continuingSubwordPrefix() != null) {
            symbol = options.continuingSubwordPrefix() + symbol;
        }
        return last && options.endOfWordSuffix() != null ? symbol + options.endOfWordSuffix() : symbol;
    }

    private boolean hasFallback(byte[] utf8, int length) {
        for (int b = 0; b < length; b++) {
            if (fallbackIds[utf8[b] & 0xFF] < 0) {
                return false;
            }
        }
        return true;
    }

    private int requireUnkId() {
        if (unkId < 0) {
            throw new TokenizerException(
                    "the text has characters that aren't in the vocabulary, and neither is unk_token '"
                            + options.unkToken() + "': add it to the vocabulary");
        }
        return unkId;
    }

    /** Each token gets the span of the characters that its bytes touch. */
    private static void emit(NormalizedString word, int wordIndex, SymbolMerger symbols, int skipped, TokenBuffer out) {
        int character = 0;
        int characterEnd = Utf8.length(word.codePointAt(0)); // in bytes
        int start = skipped;
        for (int s = 0; s < symbols.size(); s++) {
            int end = start + symbols.length(s);
            while (characterEnd <= start) {
                characterEnd += Utf8.length(word.codePointAt(++character));
            }
            int first = character;
            while (characterEnd < end) {
                characterEnd += Utf8.length(word.codePointAt(++character));
            }
            out.add(symbols.id(s), word.startAt(first), word.endAt(character), wordIndex);
            start = end;
        }
    }
}
