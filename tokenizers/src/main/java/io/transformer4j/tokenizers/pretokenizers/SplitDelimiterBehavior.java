package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** What becomes of the delimiters at which a text is split. In the examples {@code -} is the delimiter of {@code a--b}. */
public enum SplitDelimiterBehavior {
    /** {@code a|b}. */
    @JsonProperty("Removed")
    REMOVED,
    /** {@code a|-|-|b}. */
    @JsonProperty("Isolated")
    ISOLATED,
    /** {@code a-|-|b}. */
    @JsonProperty("MergedWithPrevious")
    MERGED_WITH_PREVIOUS,
    /** {@code a|-|-b}. */
    @JsonProperty("MergedWithNext")
    MERGED_WITH_NEXT,
    /** {@code a|--|b}. */
    @JsonProperty("Contiguous")
    CONTIGUOUS;

    /** Splits at each code point that {@code isDelimiter} accepts. */
    List<NormalizedString> split(NormalizedString text, IntPredicate isDelimiter) {
        List<Span> delimiters = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            if (isDelimiter.test(text.codePointAt(i))) {
                delimiters.add(new Span(i, i + 1));
            }
        }
        return split(text, delimiters, false);
    }

    /**
     * Splits at {@code matches}.
     *
     * @param matches ascending, in code points
     * @param invert whether the gaps between the matches are the delimiters
     */
    List<NormalizedString> split(NormalizedString text, List<Span> matches, boolean invert) {
        List<Span> parts = new ArrayList<>();
        List<Boolean> delimiters = new ArrayList<>();
        int at = 0;
        for (Span match : matches) {
            if (at < match.start()) {
                parts.add(new Span(at, match.start()));
                delimiters.add(invert);
            }
            parts.add(match);
            delimiters.add(!invert);
            at = match.end();
        }
        if (at < text.length()) {
            parts.add(new Span(at, text.length()));
            delimiters.add(invert);
        }
        return merge(parts, delimiters).stream()
                .map(span -> text.slice(span.start(), span.end()))
                .toList();
    }

    private List<Span> merge(List<Span> parts, List<Boolean> delimiters) {
        List<Span> merged = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Span part = parts.get(i);
            boolean delimiter = delimiters.get(i);
            boolean afterDelimiter = i > 0 && delimiters.get(i - 1);
            boolean joins = switch (this) {
                case REMOVED, ISOLATED -> false;
                case MERGED_WITH_PREVIOUS -> delimiter && i > 0 && !afterDelimiter;
                case MERGED_WITH_NEXT -> !delimiter && afterDelimiter;
                case CONTIGUOUS -> i > 0 && delimiter == afterDelimiter;
            };
            if (joins) {
                Span last = merged.remove(merged.size() - 1);
                merged.add(new Span(last.start(), part.end()));
            } else if (this != REMOVED || !delimiter) {
                merged.add(part);
            }
        }
        return merged;
    }
}
