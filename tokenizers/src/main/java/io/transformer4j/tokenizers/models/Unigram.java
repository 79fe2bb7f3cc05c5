package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.text.CodePointTrie;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.text.Utf8;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The unigram language model (Kudo 2018; SentencePiece): of all ways to cut a word into pieces the one of the highest total log
 * probability, found by Viterbi's algorithm. Linear in the length of the word times that of the longest piece.
 */
@JsonPropertyOrder({"unk_id", "vocab", "byte_fallback"})
public final class Unigram implements Model {

    /** How much less than the worst piece an unknown character is worth. */
    private static final double UNKNOWN_PENALTY = 10;

    private final List<Piece> pieces;
    private final @Nullable Integer unkId;
    private final boolean byteFallback;
    private final Vocabulary vocabulary;
    private final double[] scores;
    private final double unknownScore;
    private final CodePointTrie trie = new CodePointTrie();
    private final int @Nullable [] byteIds; // of <0x00> to <0xFF>, if all are there

    /** A piece and its log probability; in JSON {@code ["▁the", -3.2]}. */
    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    @JsonPropertyOrder({"piece", "score"})
    public record Piece(String piece, double score) {}

    /**
     * A model with all its settings.
     *
     * @param pieces in the order of their ids
     * @param unkId the piece for what no other covers, or null
     * @param byteFallback whether unknown characters become the pieces {@code <0xNN>} of their UTF-8 bytes
     * @throws TokenizerException if {@code unkId} isn't the id of a piece
     */
    public Unigram(List<Piece> pieces, @Nullable Integer unkId, boolean byteFallback) {
        this.pieces = List.copyOf(pieces);
        this.unkId = unkId;
        this.byteFallback = byteFallback;
        if (unkId != null && (unkId < 0 || unkId >= pieces.size())) {
            throw new TokenizerException("unk_id " + unkId + " is no id of the " + pieces.size() + " pieces");
        }
        List<String> tokens = new ArrayList<>(pieces.size());
        scores = new double[pieces.size()];
        double lowest = Double.POSITIVE_INFINITY;
        for (int id = 0; id < scores.length; id++) {
            Piece piece = pieces.get(id);
            tokens.add(piece.piece());
            scores[id] = piece.score();
            lowest = Math.min(lowest, piece.score());
            if (!piece.piece().isEmpty()) {
                trie.put(piece.piece(), id);
            }
        }
        vocabulary = Vocabulary.of(tokens);
        unknownScore = lowest - UNKNOWN_PENALTY;
        byteIds = byteFallback ? byteIds() : null;
    }

    @JsonCreator
    static Unigram fromJson(
            @JsonProperty("vocab") List<Piece> pieces,
            @JsonProperty("unk_id") @Nullable Integer unkId,
            @JsonProperty("byte_fallback") @Nullable Boolean byteFallback) {
        return new Unigram(pieces, unkId, Boolean.TRUE.equals(byteFallback));
    }

    private int @Nullable [] byteIds() {
        int[] ids = new int[256];
        for (int b = 0; b < 256; b++) {
            ids[b] = vocabulary.id(String.format(Locale.ROOT, "<0x%02X>", b));
            if (ids[b] < 0) {
                return null;
            }
        }
        return ids;
    }

    @JsonProperty("vocab")
    public List<Piece> pieces() {
        return pieces;
    }

    @JsonProperty("unk_id")
    public @Nullable Integer unkId() {
        return unkId;
    }

    @JsonProperty("byte_fallback")
    public boolean byteFallback() {
        return byteFallback;
    }

    @Override
    @JsonIgnore
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    @JsonIgnore
    public @Nullable String unkToken() {
        return unkId == null ? null : pieces.get(unkId).piece();
    }

    @Override
    public void tokenize(NormalizedString word, int wordIndex, TokenBuffer out) {
        int length = word.length();
        int[] pieceStart = new int[length + 1]; // of the best piece that ends at a position
        int[] pieceId = new int[length + 1]; // and its id, -1 for an unknown character
        bestPath(word, pieceStart, pieceId);
        int[] ends = new int[length + 1]; // of the pieces on the best path, last first
        int count = 0;
        for (int end = length; end > 0; end = pieceStart[end]) {
            ends[count++] = end;
        }
        int start = 0;
        for (int i = count - 1; i >= 0; i--) {
            int end = ends[i];
            if (isUnknown(pieceId[end])) {
                while (i > 0 && isUnknown(pieceId[ends[i - 1]])) {
                    end = ends[--i]; // a run of unknown characters is one token
                }
                addUnknown(word, start, end, wordIndex, out);
            } else {
                out.add(pieceId[end], word.startAt(start), word.endAt(end - 1), wordIndex);
            }
            start = end;
        }
    }

    private boolean isUnknown(int id) {
        return id < 0 || (unkId != null && id == unkId);
    }

    private void bestPath(NormalizedString word, int[] pieceStart, int[] pieceId) {
        int length = word.length();
        double[] best = new double[length + 1];
        Arrays.fill(best, 1, length + 1, Double.NEGATIVE_INFINITY);
        for (int start = 0; start < length; start++) {
            int node = CodePointTrie.ROOT;
            boolean single = false;
            for (int end = start + 1; end <= length; end++) {
                node = trie.next(node, word.codePointAt(end - 1));
                if (node == CodePointTrie.NONE) {
                    break;
                }
                int id = trie.value(node);
                if (id != CodePointTrie.NONE) {
                    single |= end == start + 1;
                    if (best[start] + scores[id] > best[end]) {
                        best[end] = best[start] + scores[id];
                        pieceStart[end] = start;
                        pieceId[end] = id;
                    }
                }
            }
            if (!single && best[start] + unknownScore > best[start + 1]) {
                best[start + 1] = best[start] + unknownScore;
                pieceStart[start + 1] = start;
                pieceId[start + 1] = -1;
            }
        }
    }

    private void addUnknown(NormalizedString word, int start, int end, int wordIndex, TokenBuffer out) {
        int from = word.startAt(start);
        int to = word.endAt(end - 1);
        StringBuilder surface = new StringBuilder();
        for (int i = start; i < end; i++) {
            surface.appendCodePoint(word.codePointAt(i));
        }
        int known = vocabulary.id(surface.toString());
        if (known >= 0) { // the unknown piece, written in the text
            out.add(known, from, to, wordIndex);
        } else if (byteIds != null) {
            byte[] utf8 = new byte[4];
            for (int i = start; i < end; i++) {
                int size = Utf8.encode(word.codePointAt(i), utf8, 0);
                for (int b = 0; b < size; b++) {
                    out.add(byteIds[utf8[b] & 0xFF], from, to, wordIndex);
                }
            }
        } else if (unkId != null) {
            out.add(unkId, from, to, wordIndex, surface.toString());
        } else {
            throw new TokenizerException("'" + surface + "' isn't covered by the vocabulary, and there is no unk_id");
        }
    }
}
