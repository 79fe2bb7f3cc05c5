package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.AddedToken;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.normalizers.Lowercase;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Learns byte-level BPE and returns GPT-2's tokenizer around it, which can encode any text without unknown tokens. */
public final class BpeTrainer extends Trainer {

    private static final List<Integer> BYTES =
            IntStream.range(0, 256).mapToObj(b -> (int) ByteAlphabet.charOf(b)).toList();

    private final @Nullable Normalizer normalizer;

    private BpeTrainer(Builder builder) {
        super(builder.settings(Integer.MAX_VALUE));
        normalizer = builder.lowercase ? new Lowercase() : null;
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    WordSplitter splitter() {
        return new WordSplitter(normalizer, new ByteLevel(false, true, true));
    }

    @Override
    Tokenizer learn(Map<String, Long> words, ProgressListener progress) {
        PairMerger learnt = new PairMerger(settings, BYTES, "", progress);
        learnt.train(words);
        Vocabulary vocabulary = Vocabulary.of(learnt.tokens());
        Tokenizer.Builder builder =
                Tokenizers.gpt2(new Bpe(vocabulary, learnt.merges(), Bpe.Options.none())).toBuilder()
                        .normalizer(normalizer);
        settings.specialTokens().forEach(token -> builder.addToken(AddedToken.special(vocabulary.id(token), token)));
        return builder.build();
    }

    /** Collects the settings; all have defaults, the vocabulary's size being 30,000. Not thread-safe. */
    public static final class Builder extends Trainer.Builder<Builder> {

        private boolean lowercase;

        private Builder() {
            super(30_000, List.of(Tokenizers.END_OF_TEXT));
        }

        @Override
        Builder self() {
            return this;
        }

        /** Whether to write all in lower case; accents stay. Default false. */
        public Builder lowercase(boolean value) {
            lowercase = value;
            return this;
        }

        /**
         * Makes the trainer.
         *
         * @throws TokenizerException if a setting is out of range
         */
        public BpeTrainer build() {
            return new BpeTrainer(this);
        }
    }
}
