package io.transformer4j.tokenizers.text;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** A literal or a regular expression, as {@code tokenizer.json} writes them: {@code {"String": " "}}, {@code {"Regex": "\\d"}}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class TextPattern {

    /** What Oniguruma, HF's engine, does unasked; there {@code .}, {@code ^} and {@code $} know one line end only, the line feed. */
    private static final int AS_ONIGURUMA =
            Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE | Pattern.MULTILINE | Pattern.UNIX_LINES;

    private final @Nullable String literal;
    private final @Nullable String regex;
    private final Pattern compiled;

    private TextPattern(@Nullable String literal, @Nullable String regex) {
        this.literal = literal;
        this.regex = regex;
        this.compiled = literal != null ? Pattern.compile(literal, Pattern.LITERAL) : compile(regex);
    }

    @JsonCreator
    static TextPattern fromJson(
            @JsonProperty("String") @Nullable String literal, @JsonProperty("Regex") @Nullable String regex) {
        if ((literal == null) == (regex == null)) {
            throw new TokenizerException("a pattern needs either \"String\" or \"Regex\"");
        }
        return new TextPattern(literal, regex);
    }

    public static TextPattern literal(String text) {
        return new TextPattern(text, null);
    }

    public static TextPattern regex(String regex) {
        return new TextPattern(null, regex);
    }

    private static Pattern compile(@Nullable String regex) {
        try {
            return Pattern.compile(String.valueOf(regex), AS_ONIGURUMA);
        } catch (PatternSyntaxException e) {
            throw new TokenizerException(
                    "the regular expression '" + regex + "' is not valid: " + e.getDescription(), e);
        }
    }

    @JsonProperty("String")
    public @Nullable String literal() {
        return literal;
    }

    @JsonProperty("Regex")
    public @Nullable String regex() {
        return regex;
    }

    /** Non-empty matches in {@code text}, from left to right, in code points. */
    public List<Span> matches(NormalizedString text) {
        List<Span> spans = new ArrayList<>();
        String string = text.toString();
        Matcher matcher = compiled.matcher(string);
        int chars = 0;
        int codePoints = 0;
        while (matcher.find()) {
            if (matcher.start() == matcher.end()) {
                continue;
            }
            codePoints += string.codePointCount(chars, matcher.start());
            int length = string.codePointCount(matcher.start(), matcher.end());
            spans.add(new Span(codePoints, codePoints + length));
            codePoints += length;
            chars = matcher.end();
        }
        return spans;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextPattern that
                && Objects.equals(literal, that.literal)
                && Objects.equals(regex, that.regex);
    }

    @Override
    public int hashCode() {
        return Objects.hash(literal, regex);
    }

    @Override
    public String toString() {
        return literal != null ? "'" + literal + "'" : "/" + regex + "/";
    }
}
