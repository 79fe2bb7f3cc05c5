package io.transformer4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.models.Vocabulary;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenizerEncoderTest {
    private static final Map<String, Integer> VOCABULARY =
            Map.of("[PAD]", 0, "[UNK]", 1, "[CLS]", 2, "[SEP]", 3, "[MASK]", 4, "mask", 6, "##ing", 7, "it", 8); // no 5

    private final TextEncoder encoder = TextEncoder.of(Tokenizers.bertUncased(Vocabulary.of(VOCABULARY)));

    @Test
    void encodesWithoutSpecialTokens() {
        assertThat(encoder.encode("MASKING It")).containsExactly(6, 7, 8);
        assertThat(encoder.encode("")).isEmpty();
        assertThat(encoder.vocabSize()).isEqualTo(9);
    }

    @Test
    void knowsSpecialTokensAndTheInsidesOfWords() {
        assertThat(encoder.specialTokens()).isEqualTo(new SpecialTokens(0, 1, 2, 3, 4, SpecialTokens.ABSENT));
        assertThat(encoder.continuesWord(7)).isTrue();
        assertThat(encoder.continuesWord(8)).isFalse();
        assertThat(encoder.continuesWord(4)).isFalse();
        assertThat(encoder.continuesWord(5)).isFalse();
    }

    @Test
    void fingerprintIsThatOfVocabularyAndRules() {
        assertThat(TextEncoder.of(Tokenizers.bertUncased(Vocabulary.of(VOCABULARY)))
                        .fingerprint())
                .isEqualTo(encoder.fingerprint());
        assertThat(TextEncoder.of(Tokenizers.bertCased(Vocabulary.of(VOCABULARY)))
                        .fingerprint())
                .isNotEqualTo(encoder.fingerprint());
    }

    @Test
    void charactersHaveNoSpecialTokens() {
        Tokenizer characters = Tokenizers.characters(Stream.of("ab\n c"));
        int[] ids = TextEncoder.of(characters).encode("c\nab");
        assertThat(characters.decode(ids, false)).isEqualTo("c\nab");
        assertThat(TextEncoder.of(characters).specialTokens().mask()).isEqualTo(SpecialTokens.ABSENT);
    }
}
