package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.postprocessors.OffsetTrimming;
import io.transformer4j.tokenizers.postprocessors.Piece;
import io.transformer4j.tokenizers.text.Span;
import io.transformer4j.tokenizers.text.TokenBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts encodings together from the tokens of one or two texts and the pieces that the post-processor asks for. */
record EncodingAssembler(Encoding.TokenNames names, List<Piece> pieces, OffsetTrimming trimming) {

    /**
     * One encoding and, as its overflow, those of all other combinations of windows.
     *
     * @param windows for each text the spans of its tokens, the first being the one that is kept
     */
    Encoding assemble(List<String> texts, List<TokenBuffer> tokens, List<List<Span>> windows) {
        List<Encoding> overflowing = new ArrayList<>();
        List<Span> first = windows.get(0);
        if (windows.size() == 1) {
            for (Span window : first.subList(1, first.size())) {
                overflowing.add(build(texts, tokens, new Span[] {window}, List.of()));
            }
            return build(texts, tokens, new Span[] {first.get(0)}, overflowing);
        }
        List<Span> second = windows.get(1);
        for (Span window : first.subList(1, first.size())) {
            for (Span other : second) {
                overflowing.add(build(texts, tokens, new Span[] {window, other}, List.of()));
            }
        }
        for (Span other : second.subList(1, second.size())) {
            overflowing.add(build(texts, tokens, new Span[] {first.get(0), other}, List.of()));
        }
        return build(texts, tokens, new Span[] {first.get(0), second.get(0)}, overflowing);
    }

    private Encoding build(List<String> texts, List<TokenBuffer> tokens, Span[] windows, List<Encoding> overflowing) {
        int length = Piece.specialTokens(pieces);
        for (Piece piece : pieces) {
            length += piece instanceof Piece.Text text ? windows[text.index()].length() : 0;
        }
        int[] ids = new int[length];
        int[] starts = new int[length];
        int[] ends = new int[length];
        int[] words = new int[length];
        @Nullable String[] surfaces = null;
        List<Encoding.Run> runs = new ArrayList<>(pieces.size());
        int at = 0;
        for (Piece piece : pieces) {
            int from = at;
            if (piece instanceof Piece.Text text) {
                TokenBuffer source = tokens.get(text.index());
                Span window = windows[text.index()];
                source.copyIds(window.start(), window.end(), ids, at);
                source.copyStarts(window.start(), window.end(), starts, at);
                source.copyEnds(window.start(), window.end(), ends, at);
                source.copyWords(window.start(), window.end(), words, at);
                for (int i = window.start(); i < window.end() && source.hasSurfaces(); i++) {
                    if (source.surface(i) != null) {
                        surfaces = surfaces == null ? new String[length] : surfaces;
                        surfaces[at + i - window.start()] = source.surface(i);
                    }
                }
                at += window.length();
                if (trimming != OffsetTrimming.NONE) {
                    trim(texts.get(text.index()), ids, surfaces, starts, ends, from, at);
                }
                runs.add(new Encoding.Run(from, at, text.index(), text.typeId(), false, true));
            } else if (piece instanceof Piece.Special special) {
                for (int i = 0; i < special.ids().size(); i++) {
                    ids[at] = special.ids().get(i);
                    String token = special.tokens().get(i);
                    if (!token.equals(names.idToToken(ids[at]))) {
                        surfaces = surfaces == null ? new String[length] : surfaces;
                        surfaces[at] = token;
                    }
                    at++;
                }
                Arrays.fill(words, from, at, Encoding.NONE);
                runs.add(new Encoding.Run(from, at, Encoding.NONE, special.typeId(), true, true));
            }
        }
        return new Encoding(names, texts, runs, ids, starts, ends, words, surfaces, overflowing);
    }

    /** Takes the blanks that a token holds out of its span, as Hugging Face's {@code process_offsets}. */
    private void trim(
            String text,
            int[] ids,
            @Nullable String @Nullable [] surfaces,
            int[] starts,
            int[] ends,
            int from,
            int to) {
        for (int i = from; i < to; i++) {
            String surface = surfaces == null ? null : surfaces[i];
            String token = surface == null ? names.idToToken(ids[i]) : surface;
            int leading = OffsetTrimming.leadingBlanks(token);
            int trailing = OffsetTrimming.trailingBlanks(token);
            boolean first = i == from || starts[i] == 0;
            if (leading == 1 && first && trimming == OffsetTrimming.TRIM_WITH_PREFIX_SPACE) {
                leading = 0; // that one was put there, it isn't in the text
            }
            starts[i] = forward(text, starts[i], leading, ends[i]);
            ends[i] = back(text, ends[i], trailing, starts[i]);
        }
    }

    /** {@code position} moved on by {@code codePoints}, but not beyond {@code limit}. */
    private static int forward(String text, int position, int codePoints, int limit) {
        int at = position;
        for (int i = 0; i < codePoints && at < limit; i++) {
            at += Character.charCount(text.codePointAt(at));
        }
        return Math.min(at, limit);
    }

    /** {@code position} moved back by {@code codePoints}, but not before {@code limit}. */
    private static int back(String text, int position, int codePoints, int limit) {
        int at = position;
        for (int i = 0; i < codePoints && at > limit; i++) {
            at -= Character.charCount(text.codePointBefore(at));
        }
        return Math.max(at, limit);
    }
}
