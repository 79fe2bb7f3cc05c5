package io.transformer4j.tokenizers.models;

import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A unigram model as SentencePiece itself applies it, with the ids of another vocabulary: Marian cuts the source language by one model and
 * the target language by a second, and numbers the pieces of both by its {@code vocab.json}.
 *
 * <p>Unlike {@link Unigram}, text that reads like a control piece ({@code <s>}) is text, and pieces that the user defined win over learnt
 * ones. A piece that the vocabulary doesn't hold is unknown, and what the model doesn't know may be in the vocabulary all the same. It has
 * no form in {@code tokenizer.json}.
 */
public final class SentencePiece implements Model {

    /** What a piece is for. */
    public enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /** A piece and its score: a log probability, or for BPE minus its rank. */
    public record Piece(String text, float score, Kind kind) {}

    private final List<Piece> pieces;
    private final boolean byteFallback;
    private final Vocabulary vocabulary;
    private final String unkToken;
    private final int unkId;
    private final Unigram segmenter;
    private final int[] ids; // of each piece in the vocabulary

    /**
     * A model with all its settings.
     *
     * @param pieces in the order of the model file; one of them must be {@link Kind#UNKNOWN}
     * @param vocabulary gives pieces their ids
     * @param unkToken what pieces become that the vocabulary doesn't hold
     * @throws TokenizerException if there is no unknown piece or the vocabulary doesn't hold {@code unkToken}
     */
    public SentencePiece(List<Piece> pieces, boolean byteFallback, Vocabulary vocabulary, String unkToken) {
        this.pieces = List.copyOf(pieces);
        this.byteFallback = byteFallback;
        this.vocabulary = vocabulary;
        this.unkToken = unkToken;
        this.unkId = vocabulary.id(unkToken);
        if (unkId < 0) {
            throw new TokenizerException("the vocabulary must hold the unknown token '" + unkToken + "'");
        }
        this.segmenter = new Unigram(matched(pieces), unknown(pieces), byteFallback);
        this.ids = pieces.stream()
                .mapToInt(piece -> vocabulary.contains(piece.text()) ? vocabulary.id(piece.text()) : unkId)
                .toArray();
    }

    private static int unknown(List<Piece> pieces) {
        for (int i = 0; i < pieces.size(); i++) {
            if (pieces.get(i).kind() == Kind.UNKNOWN) {
                return i;
            }
        }
        throw new TokenizerException("the model has no piece for what is unknown");
    }

    /** Pieces that text can't match are made empty, which keeps the numbers of the others. */
    private static List<Unigram.Piece> matched(List<Piece> pieces) {
        double highest = pieces.stream()
                .filter(piece -> piece.kind() == Kind.NORMAL)
                .mapToDouble(Piece::score)
                .max()
                .orElse(0);
        return pieces.stream()
                .map(piece -> switch (piece.kind()) {
                    case NORMAL, BYTE -> new Unigram.Piece(piece.text(), piece.score());
                    // as SentencePiece's EncodeOptimized: better than any way to put it together from others
                    case USER_DEFINED -> new Unigram.Piece(piece.text(), utf8Length(piece.text()) * highest - 0.1);
                    case UNKNOWN, CONTROL, UNUSED -> new Unigram.Piece("", 0);
                })
                .toList();
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** In the order of the model file. */
    public List<Piece> pieces() {
        return pieces;
    }

    public boolean byteFallback() {
        return byteFallback;
    }

    @Override
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    public String unkToken() {
        return unkToken;
    }

    @Override
    public void tokenize(NormalizedString word, int wordIndex, TokenBuffer out) {
        int first = out.size();
        segmenter.tokenize(word, wordIndex, out);
        for (int i = first; i < out.size(); i++) {
            String unknown = out.surface(i);
            int id = unknown == null ? ids[out.id(i)] : vocabulary.id(unknown);
            out.setId(i, id < 0 ? unkId : id);
        }
    }
}
