package io.transformer4j.pipelines;

import java.util.List;

/**
 * A text with masks and what may stand in their place.
 *
 * @param text as given
 * @param masks in the order of the text
 */
public record FillMaskResult(String text, List<Mask> masks) {
    /**
     * One mask.
     *
     * @param start where it begins in the text, in {@code char}s
     * @param end where it ends, exclusive
     * @param candidates likeliest first
     */
    public record Mask(int start, int end, List<Candidate> candidates) {}

    /**
     * A token for a mask.
     *
     * @param tokenId its id
     * @param token its text
     * @param score its probability
     * @param sequence the text with this token in place of the mask, as the tokenizer writes it; other masks stay
     */
    public record Candidate(int tokenId, String token, double score, String sequence) {}
}
