package io.transformer4j.tokenizers.sentencepiece;

import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.protobuf.ProtobufReader;
import io.transformer4j.protobuf.ProtobufWriter;
import io.transformer4j.tokenizers.models.SentencePiece.Kind;
import io.transformer4j.tokenizers.models.SentencePiece.Piece;
import io.transformer4j.tokenizers.normalizers.Precompiled;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a SentencePiece model file ({@code .model}, {@code .spm}) holds, as {@code sentencepiece_model.proto} has it.
 *
 * @param pieces in the order of their ids
 * @param charsmap compiled normalization rules, or null
 * @param addDummyPrefix whether a text gets a leading {@code ▁}
 * @param removeExtraWhitespaces whether runs of blanks count as one and those at the ends as none
 */
public record SentencePieceModel(
        List<Piece> pieces,
        Algorithm algorithm,
        boolean byteFallback,
        @Nullable Precompiled charsmap,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces) {

    /** In the order of their numbers in the file, which begin with 1. */
    private static final List<Kind> KINDS =
            List.of(Kind.NORMAL, Kind.UNKNOWN, Kind.CONTROL, Kind.USER_DEFINED, Kind.UNUSED, Kind.BYTE);

    /** How words are cut into pieces. */
    public enum Algorithm {
        UNIGRAM,
        BPE
    }

    public SentencePieceModel {
        pieces = List.copyOf(pieces);
    }

    /**
     * Reads a {@code .model} or {@code .spm} file.
     *
     * @throws TokenizerException if it can't be read or is no SentencePiece model
     */
    public static SentencePieceModel read(Path file) {
        try {
            return parse(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new TokenizerException(file + ": cannot be read: " + e, e);
        } catch (TokenizerException | ProtobufException e) {
            throw new TokenizerException(file + ": not a SentencePiece model: " + e.getMessage(), e);
        }
    }

    private static SentencePieceModel parse(ByteBuffer bytes) {
        List<Piece> pieces = new ArrayList<>();
        Algorithm algorithm = Algorithm.UNIGRAM;
        boolean byteFallback = false;
        Precompiled charsmap = null;
        boolean addDummyPrefix = true;
        boolean removeExtraWhitespaces = true;
        ProtobufReader model = new ProtobufReader(bytes);
        for (int field = model.nextField(); field != ProtobufReader.END; field = model.nextField()) {
            switch (field) {
                case 1 -> pieces.add(parsePiece(model.message()));
                case 2 -> {
                    ProtobufReader trainer = model.message();
                    for (int part = trainer.nextField(); part != ProtobufReader.END; part = trainer.nextField()) {
                        switch (part) {
                            case 3 -> algorithm = algorithm(trainer.varint());
                            case 35 -> byteFallback = trainer.varint() != 0;
                            default -> trainer.skip();
                        }
                    }
                }
                case 3 -> {
                    ProtobufReader rules = model.message();
                    for (int part = rules.nextField(); part != ProtobufReader.END; part = rules.nextField()) {
                        switch (part) {
                            case 2 -> charsmap = charsmap(rules.bytes());
                            case 3 -> addDummyPrefix = rules.varint() != 0;
                            case 4 -> removeExtraWhitespaces = rules.varint() != 0;
                            default -> rules.skip();
                        }
                    }
                }
                default -> model.skip();
            }
        }
        if (pieces.isEmpty()) {
            throw new TokenizerException("it has no pieces");
        }
        return new SentencePieceModel(
                pieces, algorithm, byteFallback, charsmap, addDummyPrefix, removeExtraWhitespaces);
    }

    private static Piece parsePiece(ProtobufReader in) {
        String text = "";
        float score = 0;
        Kind kind = Kind.NORMAL;
        for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
            switch (field) {
                case 1 -> text = in.string();
                case 2 -> score = in.fixedFloat();
                case 3 -> kind = kind(in.varint());
                default -> in.skip();
            }
        }
        return new Piece(text, score, kind);
    }

    private static Kind kind(long number) {
        if (number < 1 || number > KINDS.size()) {
            throw new TokenizerException("a piece is of the unknown type " + number);
        }
        return KINDS.get((int) number - 1);
    }

    private static Algorithm algorithm(long number) {
        if (number != 1 && number != 2) {
            throw new TokenizerException("its model_type is " + number + "; only 1 (unigram) and 2 (BPE) can be used");
        }
        return number == 1 ? Algorithm.UNIGRAM : Algorithm.BPE;
    }

    private static @Nullable Precompiled charsmap(ByteBuffer bytes) {
        byte[] blob = new byte[bytes.remaining()];
        bytes.get(blob);
        return blob.length == 0 ? null : new Precompiled(blob);
    }

    /** The position of the piece that stands for what is unknown, or -1. */
    public int unknownId() {
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).kind() == Kind.UNKNOWN) {
                return id;
            }
        }
        return -1;
    }

    /** The file's bytes, which SentencePiece reads too. */
    public byte[] toBytes() {
        ProtobufWriter model = new ProtobufWriter();
        for (Piece piece : pieces) {
            model.message(
                    1,
                    new ProtobufWriter()
                            .string(1, piece.text())
                            .fixedFloat(2, piece.score())
                            .varint(3, KINDS.indexOf(piece.kind()) + 1));
        }
        ProtobufWriter trainer = new ProtobufWriter()
                .varint(3, algorithm == Algorithm.UNIGRAM ? 1 : 2)
                .varint(4, pieces.size())
                .varint(35, byteFallback ? 1 : 0);
        if (unknownId() >= 0) {
            trainer.varint(40, unknownId()).string(45, pieces.get(unknownId()).text());
        }
        ProtobufWriter rules = new ProtobufWriter();
        if (charsmap != null) {
            rules.bytes(2, charsmap.charsmap());
        }
        rules.varint(3, addDummyPrefix ? 1 : 0).varint(4, removeExtraWhitespaces ? 1 : 0);
        return model.message(2, trainer).message(3, rules).toBytes();
    }
}
