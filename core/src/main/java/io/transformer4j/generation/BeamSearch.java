package io.transformer4j.generation;

import io.transformer4j.generation.GenerationConfig.EarlyStopping;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The search for one prompt's likeliest continuations: a few hypotheses grow side by side, and of all their continuations
 * the best go on. Decides as HF's {@code generate()} does, in the same order. Not thread-safe.
 */
final class BeamSearch {
    private final GenerationConfig config;
    private final int maxLength;
    private final List<Hypothesis> finished = new ArrayList<>();
    private List<Hypothesis> running;
    private int rowsBefore;
    private boolean over;

    /**
     * A hypothesis.
     *
     * @param logProbability sum over the tokens behind the prompt
     * @param score of a finished one: normalized by its length
     * @param parent row of the hypothesis that it continues
     * @param rank its place among those that go on with it, 0 for the likeliest
     */
    record Hypothesis(
            TokenSequence sequence, double logProbability, double score, int parent, int rank, FinishReason reason) {}

    /** A continuation: token {@code token} behind the hypothesis that runs in row {@code row}. */
    record Candidate(int row, int token, double logProbability) {}

    BeamSearch(int[] source, int[] prompt, GenerationConfig config, int positions) {
        this.config = config;
        this.maxLength = config.maxLength(prompt.length, positions);
        TokenSequence start = new TokenSequence(source, prompt, maxLength);
        this.running = List.of(new Hypothesis(start, 0, 0, 0, 0, FinishReason.LENGTH));
    }

    /** How many of the best continuations {@link #advance} must see, so that enough go on even if many end. */
    static int candidates(GenerationConfig config) {
        return Math.max(2, 1 + config.eosTokenIds().size()) * config.numBeams();
    }

    /** The hypotheses that grow, in the order of their rows of scores. */
    List<Hypothesis> running() {
        return running;
    }

    /** Orders continuations of the running hypotheses: the likeliest first, among equals that of the better parent. */
    Comparator<Candidate> bestFirst() {
        return Comparator.comparingDouble(Candidate::logProbability)
                .reversed()
                .thenComparingInt(candidate -> running.get(candidate.row()).rank());
    }

    /** How many hypotheses there were before the last {@link #advance}. */
    int rowsBefore() {
        return rowsBefore;
    }

    /** Whether the best are known. */
    boolean over() {
        return over;
    }

    /**
     * Goes on by a token.
     *
     * @param candidates the best continuations of all running hypotheses, best first
     */
    void advance(List<Candidate> candidates) {
        List<Hypothesis> next = new ArrayList<>(config.numBeams());
        List<Hypothesis> ended = new ArrayList<>();
        for (int place = 0; place < candidates.size(); place++) {
            Candidate candidate = candidates.get(place);
            Hypothesis parent = running.get(candidate.row());
            boolean eos = config.eosTokenIds().contains(candidate.token());
            boolean ends = eos || parent.sequence().endsWithNext();
            if ((ends && place >= config.numBeams()) || (!ends && next.size() == config.numBeams())) {
                continue;
            }
            TokenSequence sequence = parent.sequence().plus(candidate.token());
            Hypothesis hypothesis = new Hypothesis(
                    sequence,
                    candidate.logProbability(),
                    normalized(candidate.logProbability(), sequence.newTokens()),
                    candidate.row(),
                    next.size(),
                    eos ? FinishReason.EOS : FinishReason.LENGTH);
            (ends ? ended : next).add(hypothesis);
        }
        finish(ended);
        rowsBefore = running.size();
        running = inRows(next);
        over = next.isEmpty() || enough(next.get(0));
    }

    /** Gives each hypothesis its parent's row if no better one has it: rows that stay where they are needn't be copied. */
    private static List<Hypothesis> inRows(List<Hypothesis> ranked) {
        Hypothesis[] rows = new Hypothesis[ranked.size()];
        Deque<Hypothesis> others = new ArrayDeque<>();
        for (Hypothesis hypothesis : ranked) {
            int row = hypothesis.parent();
            if (row < rows.length && rows[row] == null) {
                rows[row] = hypothesis;
            } else {
                others.add(hypothesis);
            }
        }
        return Arrays.stream(rows)
                .map(hypothesis -> hypothesis == null ? others.remove() : hypothesis)
                .toList();
    }

    /** Keeps the best of those that have ended; among equals the earlier. */
    private void finish(List<Hypothesis> ended) {
        finished.addAll(ended);
        finished.sort(Comparator.comparingDouble(Hypothesis::score).reversed()); // stable
        while (finished.size() > config.numBeams()) {
            finished.remove(finished.size() - 1);
        }
    }

    private boolean enough(Hypothesis best) {
        if (finished.size() < config.numBeams()) {
            return false;
        }
        if (config.earlyStopping() == EarlyStopping.TRUE) {
            return true;
        }
        int now = best.sequence().newTokens();
        int possible = config.earlyStopping() == EarlyStopping.NEVER && config.lengthPenalty() > 0
                ? maxLength - (best.sequence().size() - now)
                : now;
        return normalized(best.logProbability(), possible)
                <= finished.get(finished.size() - 1).score();
    }

    private double normalized(double logProbability, int length) {
        return logProbability / config.lengthNormalization().divisor(length, config.lengthPenalty());
    }

    /** The best hypotheses, best first. */
    List<Hypothesis> best() {
        return finished.subList(0, Math.min(finished.size(), config.numReturnSequences()));
    }
}
