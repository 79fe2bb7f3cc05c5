package io.transformer4j.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.data.ParallelText;
import io.transformer4j.seq2seq.Seq2SeqTokenizers.Settings;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Seq2SeqTokenizersTest {
    private static final ParallelText PAIRS = new ParallelText(
            List.of("two dogs play in the snow", "a dog and a cat sleep", "the cats play"),
            List.of("zwei Hunde spielen im Schnee", "ein Hund und eine Katze schlafen", "die Katzen spielen"),
            0);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void textsEndWithTheEndAndComeBack(Seq2SeqTokenizers.Type type) {
        Tokenizer target = learn(type, false, false).target();

        int[] ids = target.encode("zwei Katzen spielen").ids();

        assertThat(ids[ids.length - 1])
                .isEqualTo(
                        target.eosTokenId().orElseGet(() -> target.sepTokenId().orElseThrow()));
        assertThat(target.decode(ids, true)).isEqualTo("zwei Katzen spielen");
        assertThat(target.padTokenId()).isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void whatDenoisingHidesIsOneToken(Seq2SeqTokenizers.Type type) {
        Tokenizer tokenizer = learn(type, false, true).source();

        int mask = tokenizer.maskTokenId().orElseThrow();

        assertThat(tokenizer
                        .encode("a " + tokenizer.idToToken(mask) + " and a cat")
                        .ids())
                .contains(mask);
    }

    @ParameterizedTest
    @EnumSource
    void savedTokenizersAreTheSame(Seq2SeqTokenizers.Type type) {
        Seq2SeqTokenizers learnt = learn(type, true, false);
        learnt.save(folder);

        Seq2SeqTokenizers loaded = Seq2SeqTokenizers.load(folder);

        assertThat(loaded.joint()).isFalse();
        assertThat(loaded.target().encode("Ein Hund").ids())
                .isEqualTo(learnt.target().encode("Ein Hund").ids())
                .isEqualTo(learnt.target().encode("ein hund").ids());
    }

    @Test
    void anUnknownTypeIsNamed() {
        assertThatThrownBy(() -> Seq2SeqTokenizers.Type.of("words"))
                .hasMessage("the tokenizer type must be bpe, wordpiece or unigram, but is \"words\"");
    }

    private static Seq2SeqTokenizers learn(Seq2SeqTokenizers.Type type, boolean lowercase, boolean mask) {
        return Seq2SeqTokenizers.train(PAIRS, new Settings(type, 300, !lowercase, lowercase, mask), 1);
    }
}
