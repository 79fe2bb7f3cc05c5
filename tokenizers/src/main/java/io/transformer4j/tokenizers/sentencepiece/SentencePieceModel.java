package io.transformer4j.tokenizers.sentencepiece;

import io.transformer4j.tokenizers.AddedToken;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.decoders.ByteFallback;
import io.transformer4j.tokenizers.decoders.Decoder;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.Model;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.normalizers.Precompiled;
import io.transformer4j.tokenizers.normalizers.Replace;
import io.transformer4j.tokenizers.normalizers.Sequence;
import io.transformer4j.tokenizers.normalizers.Strip;
import io.transformer4j.tokenizers.pretokenizers.Metaspace;
import io.transformer4j.tokenizers.pretokenizers.Metaspace.PrependScheme;
import io.transformer4j.tokenizers.text.TextPattern;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a SentencePiece model file holds ({@code sentencepiece_model.proto}), and the tokenizer that Hugging Face's converter makes of it.
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

    private static final String SPACE = "▁";

    /** How words are cut into pieces. */
    public enum Algorithm {
        UNIGRAM,
        BPE
    }

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
        } catch (TokenizerException e) {
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
        for (int field = model.nextField(); field != 0; field = model.nextField()) {
            switch (field) {
                case 1 -> pieces.add(parsePiece(new ProtobufReader(model.bytes())));
                case 2 -> {
                    ProtobufReader trainer = new ProtobufReader(model.bytes());
                    for (int part = trainer.nextField(); part != 0; part = trainer.nextField()) {
                        switch (part) {
                            case 3 -> algorithm = algorithm(trainer.varint());
                            case 35 -> byteFallback = trainer.varint() != 0;
                            default -> trainer.skip();
                        }
                    }
                }
                case 3 -> {
                    ProtobufReader rules = new ProtobufReader(model.bytes());
                    for (int part = rules.nextField(); part != 0; part = rules.nextField()) {
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
        for (int field = in.nextField(); field != 0; field = in.nextField()) {
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
        Kind[] kinds = Kind.values();
        if (number < 1 || number > kinds.length) {
            throw new TokenizerException("a piece is of the unknown type " + number);
        }
        return kinds[(int) number - 1];
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

    /** The tokenizer of this model, without tokens around the text. */
    public Tokenizer toTokenizer() {
        PrependScheme scheme = addDummyPrefix ? PrependScheme.ALWAYS : PrependScheme.NEVER;
        Decoder metaspace = new io.transformer4j.tokenizers.decoders.Metaspace(SPACE, scheme, true);
        Tokenizer.Builder builder = Tokenizer.builder()
                .normalizer(normalizer())
                .preTokenizer(new Metaspace(SPACE, scheme, true))
                .model(model())
                .decoder(
                        byteFallback
                                ? new io.transformer4j.tokenizers.decoders.Sequence(
                                        List.of(new ByteFallback(), metaspace))
                                : metaspace);
        for (int id = 0; id < pieces.size(); id++) {
            Piece piece = pieces.get(id);
            boolean special = piece.kind() == Kind.CONTROL || piece.kind() == Kind.UNKNOWN;
            if (special || piece.kind() == Kind.USER_DEFINED) {
                builder.addToken(new AddedToken(id, piece.text(), false, false, false, false, special));
            }
        }
        return builder.build();
    }

    private @Nullable Normalizer normalizer() {
        List<Normalizer> stages = new ArrayList<>();
        if (charsmap != null) {
            stages.add(charsmap);
        }
        if (removeExtraWhitespaces) {
            stages.add(new Strip(false, true));
            stages.add(new Replace(TextPattern.regex(" {2,}"), SPACE));
        }
        return stages.isEmpty() ? null : new Sequence(stages);
    }

    private Model model() {
        return algorithm == Algorithm.UNIGRAM ? unigram() : bpe();
    }

    private Unigram unigram() {
        return new Unigram(
                pieces.stream()
                        .map(piece -> new Unigram.Piece(piece.text(), piece.score()))
                        .toList(),
                unknownId(),
                byteFallback);
    }

    private @Nullable Integer unknownId() {
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).kind() == Kind.UNKNOWN) {
                return id;
            }
        }
        return null;
    }

    /** The file names no merges: each piece is merged from every two pieces that make it up, the better piece first. */
    private Bpe bpe() {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            ids.put(pieces.get(id).text(), id);
        }
        record Candidate(Merge merge, float score, int left, int right) {}
        List<Candidate> candidates = new ArrayList<>();
        for (Piece piece : pieces) {
            for (int cut = 1; cut < piece.text().length(); cut++) {
                Integer left = ids.get(piece.text().substring(0, cut));
                Integer right = ids.get(piece.text().substring(cut));
                if (left != null && right != null) {
                    Merge merge = new Merge(
                            piece.text().substring(0, cut), piece.text().substring(cut));
                    candidates.add(new Candidate(merge, piece.score(), left, right));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.score())
                .thenComparingInt(Candidate::left)
                .thenComparingInt(Candidate::right));
        Integer unknown = unknownId();
        return new Bpe(
                Vocabulary.of(ids),
                candidates.stream().map(Candidate::merge).toList(),
                new Bpe.Options(
                        unknown == null ? null : pieces.get(unknown).text(), null, null, true, byteFallback, false));
    }
}
