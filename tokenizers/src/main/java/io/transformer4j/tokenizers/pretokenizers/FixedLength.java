package io.transformer4j.tokenizers.pretokenizers;

import io.transformer4j.tokenizers.text.PreTokenizedString;
import io.transformer4j.tokenizers.text.Span;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.stream.IntStream;

/** Cuts every {@code length} code points; the last word is what remains. */
public record FixedLength(int length) implements PreTokenizer {

    public FixedLength {
        if (length < 1) {
            throw new TokenizerException("FixedLength: the length must be at least 1, not " + length);
        }
    }

    @Override
    public void preTokenize(PreTokenizedString text) {
        text.split(piece -> IntStream.iterate(
                        0,
                        from -> from < piece.length(),
                        from -> Math.min(piece.length(), from + Math.min(length, piece.length())))
                .mapToObj(from -> new Span(from, (int) Math.min((long) from + length, piece.length())))
                .map(span -> piece.slice(span.start(), span.end()))
                .toList());
    }
}
