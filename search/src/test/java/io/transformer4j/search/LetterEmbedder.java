package io.transformer4j.search;

import io.transformer4j.pipelines.WordSpans;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts letters: texts are alike if they have the same ones. Reads {@value #WORDS} words at a time. */
final class LetterEmbedder implements Embedder {
    static final int WORDS = 4;
    private static final int LETTERS = 26;
    private static final Pattern PIECE = Pattern.compile("\\S+(\\s+\\S+){0," + (WORDS - 1) + "}");

    private final String identity;
    final AtomicInteger embedded = new AtomicInteger();

    LetterEmbedder(String identity) {
        this.identity = identity;
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public int dimension() {
        return LETTERS;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        embedded.addAndGet(texts.size());
        return texts.stream().map(LetterEmbedder::letters).toList();
    }

    static float[] letters(String text) {
        float[] counts = new float[LETTERS];
        text.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> counts[c - 'a']++);
        counts[0] += 1e-3f;
        return counts;
    }

    @Override
    public List<List<WordSpans.Span>> pieces(List<String> texts) {
        return texts.stream().map(LetterEmbedder::pieces).toList();
    }

    private static List<WordSpans.Span> pieces(String text) {
        List<WordSpans.Span> pieces = new ArrayList<>();
        for (Matcher piece = PIECE.matcher(text); piece.find(); ) {
            pieces.add(new WordSpans.Span(piece.start(), piece.end()));
        }
        return pieces;
    }
}
