package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.decoders.ByteFallback;
import io.transformer4j.tokenizers.decoders.Decoder;
import io.transformer4j.tokenizers.decoders.Fuse;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.Model;
import io.transformer4j.tokenizers.models.SentencePiece;
import io.transformer4j.tokenizers.models.SentencePiece.Kind;
import io.transformer4j.tokenizers.models.SentencePiece.Piece;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.normalizers.Replace;
import io.transformer4j.tokenizers.normalizers.SentencePieceNormalizer;
import io.transformer4j.tokenizers.normalizers.Sequence;
import io.transformer4j.tokenizers.normalizers.Strip;
import io.transformer4j.tokenizers.postprocessors.SpecialToken;
import io.transformer4j.tokenizers.postprocessors.TemplateProcessing;
import io.transformer4j.tokenizers.pretokenizers.Metaspace;
import io.transformer4j.tokenizers.pretokenizers.Metaspace.PrependScheme;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.pretokenizers.WhitespaceSplit;
import io.transformer4j.tokenizers.sentencepiece.SentencePieceModel;
import io.transformer4j.tokenizers.sentencepiece.SentencePieceModel.Algorithm;
import io.transformer4j.tokenizers.text.TextPattern;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The pipelines of models that come with SentencePiece files. */
public final class SentencePieceTokenizers {

    private static final String SPACE = "▁";
    private static final String EOS = "</s>";

    /** T5's words: what stands between white space, each with {@code ▁} in front. */
    public static final PreTokenizer T5_WORDS = new io.transformer4j.tokenizers.pretokenizers.Sequence(
            List.of(new WhitespaceSplit(), new Metaspace(SPACE, PrependScheme.ALWAYS, true)));

    private SentencePieceTokenizers() {}

    /** The tokenizer that Hugging Face's converter makes of a model, without tokens around the text. */
    public static Tokenizer of(SentencePieceModel model) {
        PrependScheme scheme = model.addDummyPrefix() ? PrependScheme.ALWAYS : PrependScheme.NEVER;
        Decoder metaspace = new io.transformer4j.tokenizers.decoders.Metaspace(SPACE, scheme, true);
        Tokenizer.Builder builder = Tokenizer.builder()
                .normalizer(normalizer(model))
                .preTokenizer(new Metaspace(SPACE, scheme, true))
                .model(model.algorithm() == Algorithm.UNIGRAM ? unigram(model, 0) : bpe(model))
                .decoder(
                        model.byteFallback()
                                ? new io.transformer4j.tokenizers.decoders.Sequence(
                                        List.of(new ByteFallback(), metaspace))
                                : metaspace);
        return addTokens(builder, model).build();
    }

    /**
     * T5's: {@code A </s>} and {@code A </s> B </s>}, and sentinels behind the model's own pieces, {@code <extra_id_0>} being the last.
     *
     * @param extraIds number of sentinels, 100 in T5
     * @throws TokenizerException if the model has no piece {@code </s>}
     */
    public static Tokenizer t5(SentencePieceModel model, int extraIds) {
        Unigram unigram = unigram(model, extraIds);
        if (!unigram.vocabulary().contains(EOS)) {
            throw new TokenizerException("a SentencePiece model of T5 must have the piece '</s>'");
        }
        Tokenizer.Builder builder = t5(model.charsmap(), unigram);
        addTokens(builder, model);
        for (int id = model.pieces().size(); id < unigram.pieces().size(); id++) {
            builder.addToken(AddedToken.special(id, unigram.pieces().get(id).piece()));
        }
        return builder.build();
    }

    /**
     * T5's pipeline around a model that comes with no SentencePiece file; {@code </s>} stands behind a text if the model has it.
     *
     * @param specialTokens pieces of the model that are no text
     */
    public static Tokenizer t5(@Nullable Normalizer normalizer, Unigram unigram, List<String> specialTokens) {
        Tokenizer.Builder builder = t5(normalizer, unigram);
        specialTokens.forEach(token ->
                builder.addToken(AddedToken.special(unigram.vocabulary().id(token), token)));
        return builder.build();
    }

    private static Tokenizer.Builder t5(@Nullable Normalizer normalizer, Unigram unigram) {
        int eos = unigram.vocabulary().id(EOS);
        return Tokenizer.builder()
                .normalizer(normalizer)
                .preTokenizer(T5_WORDS)
                .model(unigram)
                .postProcessor(
                        eos < 0
                                ? null
                                : TemplateProcessing.of("$A </s>", "$A </s> $B </s>", new SpecialToken(EOS, eos)))
                .decoder(new io.transformer4j.tokenizers.decoders.Metaspace(SPACE, PrependScheme.ALWAYS, true));
    }

    /**
     * Marian's: {@code A </s>}, cut by SentencePiece's own rules and numbered by a vocabulary of its own. The result encodes the source
     * language; its {@link Tokenizer#forTargets()} encodes the target language, and either decodes what the other's vocabulary shares.
     *
     * <p>Language codes ({@code >>deu<<}) of the vocabulary are tokens wherever they stand, where Hugging Face sees them only at the start.
     *
     * @param roles the special tokens; unknown and end of sequence must be in both vocabularies
     */
    public static Tokenizer marian(
            SentencePieceModel source,
            SentencePieceModel target,
            Vocabulary sourceVocabulary,
            Vocabulary targetVocabulary,
            SpecialTokens roles) {
        return marian(source, sourceVocabulary, roles)
                .targets(marian(target, targetVocabulary, roles).build())
                .build();
    }

    private static Tokenizer.Builder marian(SentencePieceModel model, Vocabulary vocabulary, SpecialTokens roles) {
        if (model.algorithm() != Algorithm.UNIGRAM) {
            throw new TokenizerException("a SentencePiece model of Marian must be of the type unigram, not BPE");
        }
        String unk = Objects.requireNonNullElse(roles.unk(), "<unk>");
        String eos = Objects.requireNonNullElse(roles.eos(), EOS);
        if (!vocabulary.contains(eos)) {
            throw new TokenizerException("the vocabulary must hold the end-of-sequence token '" + eos + "'");
        }
        // What stands between spaces is cut by itself if no piece can go across a space; that saves time and tells
        // words apart.
        boolean wordwise =
                model.pieces().stream().noneMatch(piece -> piece.text().lastIndexOf(SPACE) > 0);
        Tokenizer.Builder builder = Tokenizer.builder()
                .normalizer(new SentencePieceNormalizer(
                        model.charsmap(), model.addDummyPrefix(), model.removeExtraWhitespaces()))
                .preTokenizer(wordwise ? new Metaspace(SPACE, PrependScheme.NEVER, true) : null)
                .model(new SentencePiece(model.pieces(), model.byteFallback(), vocabulary, unk))
                .postProcessor(
                        TemplateProcessing.of("$A " + eos, "$A $B " + eos, new SpecialToken(eos, vocabulary.id(eos))))
                .decoder(new io.transformer4j.tokenizers.decoders.Sequence(List.of(
                        new io.transformer4j.tokenizers.decoders.Replace(TextPattern.literal(SPACE), " "),
                        new Fuse(),
                        new io.transformer4j.tokenizers.decoders.Strip(" ", Integer.MAX_VALUE, Integer.MAX_VALUE))))
                .specialTokens(roles);
        vocabulary.toMap().forEach((token, id) -> {
            if (token.startsWith(">>") && token.endsWith("<<")) {
                builder.addToken(new AddedToken(id, token, false, false, false, false, false));
            } else if (roles.toMap().containsValue(token)) {
                builder.addToken(AddedToken.special(id, token));
            }
        });
        return builder;
    }

    /** What {@link #marian} was made of, by one of its tokenizers. */
    static SentencePieceModel modelOf(Tokenizer marian) {
        if (marian.model() instanceof SentencePiece model
                && marian.normalizer() instanceof SentencePieceNormalizer normalizer) {
            return new SentencePieceModel(
                    model.pieces(),
                    Algorithm.UNIGRAM,
                    model.byteFallback(),
                    normalizer.charsmap(),
                    normalizer.addDummyPrefix(),
                    normalizer.removeExtraWhitespaces());
        }
        throw new TokenizerException("a tokenizer with a SentencePiece model must keep its SentencePieceNormalizer");
    }

    private static Tokenizer.Builder addTokens(Tokenizer.Builder builder, SentencePieceModel model) {
        for (int id = 0; id < model.pieces().size(); id++) {
            Piece piece = model.pieces().get(id);
            boolean special = piece.kind() == Kind.CONTROL || piece.kind() == Kind.UNKNOWN;
            if (special || piece.kind() == Kind.USER_DEFINED) {
                builder.addToken(new AddedToken(id, piece.text(), false, false, false, false, special));
            }
        }
        return builder;
    }

    private static @Nullable Normalizer normalizer(SentencePieceModel model) {
        List<Normalizer> stages = new ArrayList<>();
        if (model.charsmap() != null) {
            stages.add(model.charsmap());
        }
        if (model.removeExtraWhitespaces()) {
            stages.add(new Strip(false, true));
            stages.add(new Replace(TextPattern.regex(" {2,}"), SPACE));
        }
        return stages.isEmpty() ? null : new Sequence(stages);
    }

    private static Unigram unigram(SentencePieceModel model, int extraIds) {
        List<Unigram.Piece> pieces = new ArrayList<>();
        model.pieces().forEach(piece -> pieces.add(new Unigram.Piece(piece.text(), piece.score())));
        for (int i = extraIds - 1; i >= 0; i--) {
            pieces.add(new Unigram.Piece("<extra_id_" + i + ">", 0));
        }
        return new Unigram(pieces, model.unknownId() < 0 ? null : model.unknownId(), model.byteFallback());
    }

    /** The file names no merges: each piece is merged from every two pieces that make it up, the better piece first. */
    private static Model bpe(SentencePieceModel model) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < model.pieces().size(); id++) {
            ids.put(model.pieces().get(id).text(), id);
        }
        record Candidate(Merge merge, float score, int left, int right) {}
        List<Candidate> candidates = new ArrayList<>();
        for (Piece piece : model.pieces()) {
            for (int cut = 1; cut < piece.text().length(); cut++) {
                String left = piece.text().substring(0, cut);
                String right = piece.text().substring(cut);
                if (ids.containsKey(left) && ids.containsKey(right)) {
                    candidates.add(new Candidate(new Merge(left, right), piece.score(), ids.get(left), ids.get(right)));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble((Candidate candidate) -> -candidate.score())
                .thenComparingInt(Candidate::left)
                .thenComparingInt(Candidate::right));
        String unk = model.unknownId() < 0
                ? null
                : model.pieces().get(model.unknownId()).text();
        return new Bpe(
                Vocabulary.of(ids),
                candidates.stream().map(Candidate::merge).toList(),
                new Bpe.Options(unk, null, null, true, model.byteFallback(), false));
    }
}
