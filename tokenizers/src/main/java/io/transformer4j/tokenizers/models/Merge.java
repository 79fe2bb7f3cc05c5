package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.List;

/** Two pieces that BPE joins. In JSON {@code ["a", "b"]}, in older files and {@code merges.txt} {@code "a b"}. */
public record Merge(String left, String right) {

    @JsonCreator
    static Merge fromJson(Object json) {
        if (json instanceof String line) {
            return parse(line);
        }
        if (json instanceof List<?> pair
                && pair.size() == 2
                && pair.get(0) instanceof String left
                && pair.get(1) instanceof String right) {
            return new Merge(left, right);
        }
        throw new TokenizerException("a merge must be [\"left\", \"right\"] or \"left right\", not " + json);
    }

    /**
     * Reads a line of {@code merges.txt}.
     *
     * @throws TokenizerException unless {@code line} is two pieces with one space between
     */
    public static Merge parse(String line) {
        int space = line.indexOf(' ');
        if (space <= 0 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
            throw new TokenizerException("a merge must be two pieces with one space between, not '" + line + "'");
        }
        return new Merge(line.substring(0, space), line.substring(space + 1));
    }

    @JsonValue
    List<String> toJson() {
        return List.of(left, right);
    }
}
