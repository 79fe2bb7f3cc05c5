package io.transformer4j.search;

import io.transformer4j.pipelines.WordSpans;
import java.util.List;

/** Makes vectors of texts. Implementations are thread-safe. */
public interface Embedder {
    /** What tells apart embedders whose vectors can't be compared. */
    String identity();

    /** Length of the vectors. */
    int dimension();

    /** A vector for each text, none of them zero. */
    List<float[]> embed(List<String> texts);

    /** For each text the pieces, in its order, of which each is short enough for a vector of its own; none for a blank text. */
    List<List<WordSpans.Span>> pieces(List<String> texts);
}
