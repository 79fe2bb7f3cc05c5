package io.transformer4j.tokenizers.postprocessors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * No special tokens; offsets without the blanks at the ends of tokens, if wanted.
 *
 * @param addPrefixSpace whether the pre-tokenizer put a space before the text
 * @param useRegex without effect here; kept since {@code tokenizer.json} has it
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PostProcessor {

    /** Older files don't have {@code use_regex}, which is true then; nor do some have the others. */
    @JsonCreator
    static ByteLevel fromJson(
            @JsonProperty("add_prefix_space") @Nullable Boolean addPrefixSpace,
            @JsonProperty("trim_offsets") @Nullable Boolean trimOffsets,
            @JsonProperty("use_regex") @Nullable Boolean useRegex) {
        return new ByteLevel(
                !Boolean.FALSE.equals(addPrefixSpace),
                !Boolean.FALSE.equals(trimOffsets),
                !Boolean.FALSE.equals(useRegex));
    }

    @Override
    public List<Piece> pieces(boolean pair, boolean addSpecialTokens) {
        return PostProcessor.plain(pair);
    }

    @Override
    public OffsetTrimming trimming() {
        return OffsetTrimming.of(trimOffsets, addPrefixSpace);
    }
}
