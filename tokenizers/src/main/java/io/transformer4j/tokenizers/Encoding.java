package io.transformer4j.tokenizers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a text or a pair of texts, with where each came from.
 *
 * <p>All columns have {@link #length()} elements. Offsets are half-open spans of the original text: {@link #starts()} and
 * {@link #ends()} count Java {@code char}s, so that {@code text.substring(start, end)} is what a token stands for;
 * {@link #codePointOffsets()} counts code points, as Hugging Face does. Special tokens and padding have {@code [0, 0)}.
 *
 * <p>Immutable and thread-safe as long as callers leave the arrays alone: they aren't copied.
 */
public final class Encoding {

    /** Word id and sequence id of tokens that belong to no text. */
    public static final int NONE = -1;

    private final TokenNames names;
    private final List<String> texts;
    private final List<Run> runs;
    private final int[] ids;
    private final int[] starts;
    private final int[] ends;
    private final int[] wordIds;
    private final @Nullable String @Nullable [] surfaces;
    private final List<Encoding> overflowing;

    /** Gives tokens their text. */
    interface TokenNames {
        String idToToken(int id);
    }

    /**
     * Consecutive tokens that agree in all but the columns of an encoding.
     *
     * @param sequence the text they are from, or {@link #NONE}
     */
    record Run(int start, int end, int sequence, int typeId, boolean special, boolean attended) {}

    Encoding(
            TokenNames names,
            List<String> texts,
            List<Run> runs,
            int[] ids,
            int[] starts,
            int[] ends,
            int[] wordIds,
            @Nullable String @Nullable [] surfaces,
            List<Encoding> overflowing) {
        this.names = names;
        this.texts = texts;
        this.runs = runs;
        this.ids = ids;
        this.starts = starts;
        this.ends = ends;
        this.wordIds = wordIds;
        this.surfaces = surfaces;
        this.overflowing = overflowing;
    }

    /** Number of tokens, special ones and padding included. */
    public int length() {
        return ids.length;
    }

    public int[] ids() {
        return ids;
    }

    /** The tokens' text: that of the vocabulary, or of the input for added tokens with the blanks that belong to them. */
    public List<String> tokens() {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            String surface = surfaces == null ? null : surfaces[i];
            tokens.add(surface == null ? names.idToToken(ids[i]) : surface);
        }
        return Collections.unmodifiableList(tokens);
    }

    /** Segment of each token as BERT has it. */
    public int[] typeIds() {
        int[] typeIds = new int[ids.length];
        runs.forEach(run -> Arrays.fill(typeIds, run.start(), run.end(), run.typeId()));
        return typeIds;
    }

    /** 1 for tokens, 0 for padding. */
    public int[] attentionMask() {
        int[] mask = new int[ids.length];
        runs.forEach(run -> Arrays.fill(mask, run.start(), run.end(), run.attended() ? 1 : 0));
        return mask;
    }

    /** 1 for special tokens that the post-processor added and for padding, 0 for what stands in the text. */
    public int[] specialTokensMask() {
        int[] mask = new int[ids.length];
        runs.forEach(run -> Arrays.fill(mask, run.start(), run.end(), run.special() ? 1 : 0));
        return mask;
    }

    /** Number of the word, within its text, that each token is of; {@link #NONE} for special tokens and padding. */
    public int[] wordIds() {
        return wordIds;
    }

    /** 0 for tokens of the first text, 1 for the second, {@link #NONE} for special tokens and padding. */
    public int[] sequenceIds() {
        int[] sequenceIds = new int[ids.length];
        runs.forEach(run -> Arrays.fill(sequenceIds, run.start(), run.end(), run.sequence()));
        return sequenceIds;
    }

    /** Start of each token in its text, in Java {@code char}s. */
    public int[] starts() {
        return starts;
    }

    /** End of each token in its text, exclusive, in Java {@code char}s. */
    public int[] ends() {
        return ends;
    }

    /** {@code [start, end)} of each token in its text, in code points: computed anew at each call. */
    public int[][] codePointOffsets() {
        int[][] offsets = new int[ids.length][2];
        for (Run run : runs) {
            if (run.sequence() != NONE) {
                CodePointCounter counter = new CodePointCounter(texts.get(run.sequence()));
                for (int i = run.start(); i < run.end(); i++) {
                    offsets[i][0] = counter.codePoints(starts[i]);
                    offsets[i][1] = counter.codePoints(ends[i]);
                }
            }
        }
        return offsets;
    }

    /** The other windows of a truncated text, in the order of Hugging Face: those of the first text vary slowest. */
    public List<Encoding> overflowing() {
        return overflowing;
    }

    /** Fills up to {@code targetLength}, the overflow too. */
    Encoding pad(Padding padding, int targetLength) {
        List<Encoding> paddedOverflow = overflowing.stream()
                .map(window -> window.pad(padding, targetLength))
                .toList();
        int missing = targetLength - ids.length;
        if (missing <= 0) {
            return paddedOverflow.isEmpty()
                    ? this
                    : new Encoding(names, texts, runs, ids, starts, ends, wordIds, surfaces, paddedOverflow);
        }
        boolean left = padding.direction() == Direction.LEFT;
        int shift = left ? missing : 0;
        int padStart = left ? 0 : ids.length;
        List<Run> paddedRuns = new ArrayList<>();
        for (Run run : runs) {
            paddedRuns.add(new Run(
                    run.start() + shift,
                    run.end() + shift,
                    run.sequence(),
                    run.typeId(),
                    run.special(),
                    run.attended()));
        }
        paddedRuns.add(new Run(padStart, padStart + missing, NONE, padding.padTypeId(), true, false));
        String[] paddedSurfaces = new String[targetLength];
        if (surfaces != null) {
            System.arraycopy(surfaces, 0, paddedSurfaces, shift, ids.length);
        }
        Arrays.fill(paddedSurfaces, padStart, padStart + missing, padding.padToken());
        return new Encoding(
                names,
                texts,
                paddedRuns,
                padded(ids, targetLength, shift, padStart, padding.padId()),
                padded(starts, targetLength, shift, padStart, 0),
                padded(ends, targetLength, shift, padStart, 0),
                padded(wordIds, targetLength, shift, padStart, NONE),
                paddedSurfaces,
                paddedOverflow);
    }

    private static int[] padded(int[] column, int targetLength, int shift, int padStart, int value) {
        int[] result = new int[targetLength];
        System.arraycopy(column, 0, result, shift, column.length);
        Arrays.fill(result, padStart, padStart + targetLength - column.length, value);
        return result;
    }

    @Override
    public String toString() {
        return "Encoding" + tokens();
    }

    /** Turns {@code char} positions into code-point positions; cheap when they ascend. */
    private static final class CodePointCounter {

        private final String text;
        private int chars;
        private int codePoints;

        CodePointCounter(String text) {
            this.text = text;
        }

        int codePoints(int position) {
            codePoints +=
                    position >= chars ? text.codePointCount(chars, position) : -text.codePointCount(position, chars);
            chars = position;
            return codePoints;
        }
    }
}
