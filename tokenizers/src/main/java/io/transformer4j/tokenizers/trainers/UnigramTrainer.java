package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.SentencePieceTokenizers;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.normalizers.Lowercase;
import io.transformer4j.tokenizers.normalizers.Nfkc;
import io.transformer4j.tokenizers.normalizers.Nmt;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.normalizers.Sequence;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Learns a unigram language model (Kudo 2018, §3.2; SentencePiece) and returns T5's tokenizer around it: SentencePiece's {@code nmt_nfkc}
 * normalization, words that begin with {@code ▁}, {@code </s>} behind the text.
 *
 * <p>A large set of frequent substrings is thinned out step by step: expectation maximization gives each piece its probability, and those
 * pieces go whose loss would cost the likelihood of the text least.
 */
public final class UnigramTrainer extends Trainer {

    /** T5's special tokens in the order of their ids. */
    private static final List<String> SPECIAL_TOKENS = List.of("<pad>", "</s>", "<unk>");

    private final UnigramLearner.Options options;
    private final String unkToken;
    private final boolean lowercase;

    private UnigramTrainer(Builder builder) {
        super(builder.settings(builder.limitAlphabet));
        options = new UnigramLearner.Options(
                builder.seedSize, builder.maxPieceLength, builder.shrinkingFactor, builder.subIterations);
        unkToken = builder.unkToken;
        lowercase = builder.lowercase;
        if (!settings.specialTokens().contains(unkToken)) {
            throw new TokenizerException(
                    "special_tokens " + settings.specialTokens() + " must hold unk_token '" + unkToken + "'");
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    private Normalizer normalizer() {
        List<Normalizer> stages = new ArrayList<>(List.of(new Nmt(), new Nfkc()));
        if (lowercase) {
            stages.add(new Lowercase());
        }
        return new Sequence(stages);
    }

    @Override
    WordSplitter splitter() {
        return new WordSplitter(normalizer(), SentencePieceTokenizers.T5_WORDS);
    }

    @Override
    Tokenizer learn(Map<String, Long> words, ProgressListener progress) {
        List<Unigram.Piece> pieces = new ArrayList<>();
        settings.specialTokens().forEach(token -> pieces.add(new Unigram.Piece(token, 0)));
        for (Unigram.Piece piece : new UnigramLearner(settings, options, progress).learn(words)) {
            if (!settings.specialTokens().contains(piece.piece())) {
                pieces.add(piece);
            }
        }
        Unigram model = new Unigram(pieces, settings.specialTokens().indexOf(unkToken), false);
        return SentencePieceTokenizers.t5(normalizer(), model, settings.specialTokens());
    }

    /** Collects the settings; all have defaults, the vocabulary's size being 8,000. Not thread-safe. */
    public static final class Builder extends Trainer.Builder<Builder> {

        private int limitAlphabet = 1_000;
        private String unkToken = "<unk>";
        private boolean lowercase;
        private int seedSize = 1_000_000;
        private int maxPieceLength = 16;
        private double shrinkingFactor = 0.75;
        private int subIterations = 2;

        private Builder() {
            super(8_000, SPECIAL_TOKENS);
        }

        @Override
        Builder self() {
            return this;
        }

        /** Most characters of the alphabet: the rarest beyond go and become unknown. Default 1,000. */
        public Builder limitAlphabet(int value) {
            limitAlphabet = value;
            return this;
        }

        /** The special token that stands for unknown characters. Default {@code <unk>}. */
        public Builder unkToken(String value) {
            unkToken = value;
            return this;
        }

        /** Whether to write all in lower case. Default false. */
        public Builder lowercase(boolean value) {
            lowercase = value;
            return this;
        }

        /** How many pieces to begin with. Default 1,000,000. */
        public Builder seedSize(int value) {
            seedSize = value;
            return this;
        }

        /** Longest piece, in characters. Default 16. */
        public Builder maxPieceLength(int value) {
            maxPieceLength = value;
            return this;
        }

        /** The part of the pieces that each round of thinning out keeps. Default 0.75. */
        public Builder shrinkingFactor(double value) {
            shrinkingFactor = value;
            return this;
        }

        /** Steps of expectation maximization in each round. Default 2. */
        public Builder subIterations(int value) {
            subIterations = value;
            return this;
        }

        /**
         * Makes the trainer.
         *
         * @throws TokenizerException if a setting is out of range
         */
        public UnigramTrainer build() {
            return new UnigramTrainer(this);
        }
    }
}
