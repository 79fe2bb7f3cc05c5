package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fewest edits found that turn one text into another, where moving a row of words is one edit (Snover et al. 2006, §3).
 * The best moves are searched greedily with tercom's limits and preferences, so that scores equal sacreBLEU's.
 */
final class TranslationEdits {
    private static final int MAX_SHIFT_SIZE = 10;
    private static final int MAX_SHIFT_DISTANCE = 50;
    /** Words on each side of the diagonal that an alignment may stray. */
    private static final int BEAM = 25;

    private static final int MAX_CANDIDATES = 1000;
    private static final int INFINITY = Integer.MAX_VALUE / 2;

    private final List<String> reference;
    private int candidates;

    private TranslationEdits(List<String> reference) {
        this.reference = reference;
    }

    /** Edits between a text and its reference. */
    static int count(List<String> hypothesis, List<String> reference) {
        return reference.isEmpty() ? hypothesis.size() : new TranslationEdits(reference).count(hypothesis);
    }

    private int count(List<String> hypothesis) {
        List<String> words = hypothesis;
        int shifts = 0;
        while (true) {
            Shift best = bestShift(words);
            if (candidates >= MAX_CANDIDATES || best == null || best.gain() <= 0) {
                return shifts + distance(words).edits();
            }
            words = best.words();
            shifts++;
        }
    }

    /**
     * A move.
     *
     * @param gain edits that it saves, itself not counted
     * @param words the text after it
     */
    private record Shift(int gain, int length, int start, int target, List<String> words) {
        /** More gain first; of equal gain, the longer, then the one that comes from, then the one that goes, nearer to the start. */
        boolean isBetterThan(@Nullable Shift other) {
            if (other == null) {
                return true;
            }
            int[] mine = {gain, length, -start, -target};
            int[] others = {other.gain, other.length, -other.start, -other.target};
            return Arrays.compare(mine, others) > 0;
        }
    }

    /** The best move of words that stand wrong to where the same words are missing; null if there is none. */
    private @Nullable Shift bestShift(List<String> words) {
        Distance before = distance(words);
        Alignment alignment = Alignment.of(before.operations(), words.size(), reference.size());
        Shift best = null;
        for (int start = 0; start < words.size(); start++) {
            for (int place = 0; place < reference.size(); place++) {
                if (Math.abs(place - start) > MAX_SHIFT_DISTANCE) {
                    continue;
                }
                int common = common(words, start, place);
                for (int length = 1; length <= common; length++) {
                    if (alignment.allows(start, place, length)) {
                        best = better(best, words, before.edits(), alignment, start, place, length);
                    }
                    if (candidates >= MAX_CANDIDATES) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    /** Words that the text from {@code start} and the reference from {@code place} have in common. */
    private int common(List<String> words, int start, int place) {
        int length = 0;
        while (length < MAX_SHIFT_SIZE
                && start + length < words.size()
                && place + length < reference.size()
                && words.get(start + length).equals(reference.get(place + length))) {
            length++;
        }
        return length;
    }

    /** Tries all places in the text that belong to the place in the reference. */
    private @Nullable Shift better(
            @Nullable Shift best,
            List<String> words,
            int edits,
            Alignment alignment,
            int start,
            int place,
            int length) {
        Shift better = best;
        int previous = -1;
        for (int offset = -1; offset < length; offset++) {
            int target = place + offset < 0 ? 0 : alignment.hypothesisOf[place + offset] + 1;
            if (target != previous) {
                previous = target;
                List<String> shifted = shifted(words, start, length, target);
                Shift shift = new Shift(edits - distance(shifted).edits(), length, start, target, shifted);
                candidates++;
                better = shift.isBetterThan(better) ? shift : better;
            }
        }
        return better;
    }

    private static List<String> shifted(List<String> words, int start, int length, int target) {
        List<String> moved = words.subList(start, start + length);
        List<String> rest = new ArrayList<>(words.subList(0, start));
        rest.addAll(words.subList(start + length, words.size()));
        // a target behind the moved words is counted with them still in their place; one inside them moves as far
        int at = target <= start ? target : target > start + length ? target - length : target;
        rest.addAll(Math.min(at, rest.size()), moved);
        return rest;
    }

    private enum Operation {
        NONE,
        SAME,
        SUBSTITUTE,
        /** A word of the text has no counterpart. */
        DELETE,
        /** A word of the reference has no counterpart. */
        INSERT
    }

    /** Edits without moves, and which they are. */
    private record Distance(int edits, List<Operation> operations) {}

    private Distance distance(List<String> words) {
        int rows = words.size();
        int columns = reference.size();
        int[][] cost = new int[rows + 1][columns + 1];
        Operation[][] operation = new Operation[rows + 1][columns + 1];
        for (int j = 0; j <= columns; j++) {
            cost[0][j] = j;
            operation[0][j] = Operation.INSERT;
        }
        double ratio = rows == 0 ? 1 : (double) columns / rows;
        int beam = BEAM < ratio / 2 ? (int) Math.ceil(ratio / 2 + BEAM) : BEAM;
        for (int i = 1; i <= rows; i++) {
            Arrays.fill(cost[i], INFINITY);
            Arrays.fill(operation[i], Operation.NONE);
            int diagonal = (int) Math.floor(i * ratio);
            int end = i == rows ? columns + 1 : Math.min(columns + 1, diagonal + beam);
            for (int j = Math.max(0, diagonal - beam); j < end; j++) {
                fill(cost, operation, words, i, j);
            }
        }
        return new Distance(cost[rows][columns], trace(operation, rows, columns));
    }

    /** Of equal costs, a counterpart is preferred to a deletion, and this to an insertion. */
    private void fill(int[][] cost, Operation[][] operation, List<String> words, int i, int j) {
        if (j > 0) {
            boolean same = words.get(i - 1).equals(reference.get(j - 1));
            offer(
                    cost,
                    operation,
                    i,
                    j,
                    cost[i - 1][j - 1] + (same ? 0 : 1),
                    same ? Operation.SAME : Operation.SUBSTITUTE);
        }
        offer(cost, operation, i, j, cost[i - 1][j] + 1, Operation.DELETE);
        if (j > 0) {
            offer(cost, operation, i, j, cost[i][j - 1] + 1, Operation.INSERT);
        }
    }

    private static void offer(int[][] cost, Operation[][] operation, int i, int j, int edits, Operation how) {
        if (edits < cost[i][j]) {
            cost[i][j] = edits;
            operation[i][j] = how;
        }
    }

    private static List<Operation> trace(Operation[][] operation, int rows, int columns) {
        List<Operation> backwards = new ArrayList<>();
        int i = rows;
        int j = columns;
        while (i > 0 || j > 0) {
            Operation how = operation[i][j];
            backwards.add(how);
            i -= how == Operation.INSERT ? 0 : 1;
            j -= how == Operation.DELETE ? 0 : 1;
        }
        Collections.reverse(backwards);
        return backwards;
    }

    /** Which words belong together, and which are wrong. */
    private static final class Alignment {
        /** For each word of the reference, the last word of the text at or before its counterpart; -1 if there is none. */
        private final int[] hypothesisOf;

        private final boolean[] wrongInHypothesis;
        private final boolean[] wrongInReference;

        private Alignment(int hypothesisSize, int referenceSize) {
            hypothesisOf = new int[referenceSize];
            wrongInHypothesis = new boolean[hypothesisSize];
            wrongInReference = new boolean[referenceSize];
        }

        static Alignment of(List<Operation> operations, int hypothesisSize, int referenceSize) {
            Alignment alignment = new Alignment(hypothesisSize, referenceSize);
            int own = -1;
            int other = -1;
            for (Operation operation : operations) {
                if (operation != Operation.INSERT) {
                    own++;
                    alignment.wrongInHypothesis[own] = operation != Operation.SAME;
                }
                if (operation != Operation.DELETE) {
                    other++;
                    alignment.hypothesisOf[other] = own;
                    alignment.wrongInReference[other] = operation != Operation.SAME;
                }
            }
            return alignment;
        }

        /** Whether a move could help: words are wrong on both sides, and don't stand where they would go. */
        boolean allows(int start, int place, int length) {
            int now = hypothesisOf[place];
            return any(wrongInHypothesis, start, length)
                    && any(wrongInReference, place, length)
                    && (now < start || now >= start + length);
        }

        private static boolean any(boolean[] wrong, int start, int length) {
            for (int i = start; i < start + length; i++) {
                if (wrong[i]) {
                    return true;
                }
            }
            return false;
        }
    }
}
