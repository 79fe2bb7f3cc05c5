package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.TokenizerException;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's words: spaces are written as {@code ▁} and belong to the word behind them.
 *
 * @param replacement what stands for a space, one character
 * @param prependScheme which pieces get one in front
 * @param split whether to cut before each of them
 */
public record Metaspace(String replacement, PrependScheme prependScheme, boolean split) implements PreTokenizer {

    /** Which pieces of a text get a leading {@code ▁} if they have none. */
    public enum PrependScheme {
        /** Only the piece at the very start of the text. */
        @JsonProperty("first")
        FIRST,
        @JsonProperty("never")
        NEVER,
        /** Each piece, also those behind an added token. */
        @JsonProperty("always")
        ALWAYS
    }

    public Metaspace {
        if (replacement.codePointCount(0, replacement.length()) != 1) {
            throw new TokenizerException("Metaspace: the replacement must be one character, not '" + replacement + "'");
        }
    }

    /** Reads the present form and the older one with {@code add_prefix_space} and {@code str_rep}. */
    @JsonCreator
    static Metaspace fromJson(
            @JsonProperty("replacement") String replacement,
            @JsonProperty("prepend_scheme") @Nullable PrependScheme scheme,
            @JsonProperty("split") @Nullable Boolean split,
            @JsonProperty("add_prefix_space") @Nullable Boolean addPrefixSpace,
            @JsonProperty("str_rep") @Nullable String ignoredStrRep) {
        PrependScheme resolved = scheme != null ? scheme : PrependScheme.ALWAYS;
        if (addPrefixSpace != null && !addPrefixSpace) {
            if (scheme != null && scheme != PrependScheme.NEVER) {
                throw new TokenizerException("Metaspace: add_prefix_space=false contradicts prepend_scheme=" + scheme
                        + "; it needs prepend_scheme=\"never\"");
            }
            resolved = PrependScheme.NEVER;
        }
        return new Metaspace(replacement, resolved, split == null || split);
    }

    @Override
    public void preTokenize(PreTokenizedString text) {
        int mark = replacement.codePointAt(0);
        text.normalize(piece -> {
            piece.map(codePoint -> codePoint == ' ' ? mark : codePoint);
            if (prepends(piece) && !piece.isEmpty() && piece.codePointAt(0) != mark) {
                piece.prepend(replacement);
            }
        });
        if (split) {
            text.split(piece -> SplitDelimiterBehavior.MERGED_WITH_NEXT.split(piece, codePoint -> codePoint == mark));
        }
    }

    private boolean prepends(NormalizedString piece) {
        return switch (prependScheme) {
            case FIRST -> !piece.isEmpty() && piece.startAt(0) == 0;
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }
}
