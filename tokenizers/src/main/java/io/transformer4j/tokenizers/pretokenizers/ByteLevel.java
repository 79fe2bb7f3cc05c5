package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.ByteAlphabet;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's splitting into words with their leading space, then one printable character a byte.
 *
 * @param addPrefixSpace put a space before a text that doesn't begin with one, so that the first word is like any other
 * @param trimOffsets without effect here; kept since {@code tokenizer.json} has it
 * @param useRegex split by GPT-2's pattern; false leaves that to another pre-tokenizer
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex) implements PreTokenizer {

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
    public void preTokenize(PreTokenizedString text) {
        if (addPrefixSpace) {
            text.normalize(piece -> {
                if (!piece.isEmpty() && piece.codePointAt(0) != ' ') {
                    piece.prepend(" ");
                }
            });
        }
        if (useRegex) {
            text.split(ByteLevel::words);
        }
        text.normalize(ByteAlphabet::apply);
    }

    private static List<NormalizedString> words(NormalizedString piece) {
        int[] codePoints = piece.toCodePoints();
        List<NormalizedString> words = new ArrayList<>();
        for (int from = 0; from < codePoints.length; ) {
            int to = Gpt2Splitter.next(codePoints, from, codePoints.length);
            words.add(from == 0 && to == codePoints.length ? piece : piece.slice(from, to)); // no copy of a huge word
            from = to;
        }
        return words;
    }
}
