package io.transformer4j.tokenizers;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.text.TokenizerException;

/**
 * A token that is found in the text before anything else happens to it, such as {@code [MASK]}.
 *
 * @param id its id; may be one of the model's vocabulary
 * @param content its text
 * @param singleWord only where no word character touches it
 * @param lstrip white space before it belongs to it
 * @param rstrip white space behind it belongs to it
 * @param normalized sought in the normalized text (and itself normalized), not in the original
 * @param special left out by decoding with {@code skipSpecialTokens}
 */
@JsonPropertyOrder({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"})
public record AddedToken(
        int id,
        String content,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized,
        boolean special) {

    public AddedToken {
        if (id < 0 || id > Vocabulary.MAX_ID) {
            throw new TokenizerException(
                    "the added token '" + content + "' has the id " + id + "; ids go from 0 to " + Vocabulary.MAX_ID);
        }
    }

    /** A special token, taken literally wherever it stands. */
    public static AddedToken special(int id, String content) {
        return new AddedToken(id, content, false, false, false, false, true);
    }
}
