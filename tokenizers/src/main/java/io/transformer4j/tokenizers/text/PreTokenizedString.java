package io.transformer4j.tokenizers.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A text cut into pieces, each of which the model will take as one word. Mutable, not thread-safe. */
public final class PreTokenizedString {

    private List<NormalizedString> pieces;

    public PreTokenizedString(NormalizedString text) {
        this.pieces = List.of(text);
    }

    public List<NormalizedString> pieces() {
        return pieces;
    }

    /** Cuts each piece further; empty results are dropped. */
    public void split(Function<NormalizedString, List<NormalizedString>> splitter) {
        List<NormalizedString> result = new ArrayList<>();
        for (NormalizedString piece : pieces) {
            for (NormalizedString part : splitter.apply(piece)) {
                if (!part.isEmpty()) {
                    result.add(part);
                }
            }
        }
        pieces = result;
    }

    /** Rewrites each piece. */
    public void normalize(Consumer<NormalizedString> normalizer) {
        pieces.forEach(normalizer);
    }
}
