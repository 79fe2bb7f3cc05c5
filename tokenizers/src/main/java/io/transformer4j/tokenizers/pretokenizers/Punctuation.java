package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.UnicodeTables;
import org.jspecify.annotations.Nullable;

/** Splits at punctuation. */
public record Punctuation(SplitDelimiterBehavior behavior) implements PreTokenizer {

    @JsonCreator
    static Punctuation fromJson(@JsonProperty("behavior") @Nullable SplitDelimiterBehavior behavior) {
        return new Punctuation(behavior == null ? SplitDelimiterBehavior.ISOLATED : behavior);
    }

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(piece -> behavior.split(piece, UnicodeTables::isPunctuation));
    }
}
