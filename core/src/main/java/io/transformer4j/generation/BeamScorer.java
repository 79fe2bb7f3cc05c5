package io.transformer4j.generation;

import io.transformer4j.generation.BeamSearch.Candidate;
import io.transformer4j.generation.BeamSearch.Hypothesis;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Finds the best continuations of the hypotheses of several searches in one tensor of scores. */
final class BeamScorer {
    private final List<LogitsProcessor> processors;
    private final int count;

    BeamScorer(GenerationConfig config) {
        this.processors = LogitsProcessor.of(config);
        this.count = BeamSearch.candidates(config);
    }

    /**
     * The best continuations for each search, best first.
     *
     * @param logits {@code [rows, vocabSize]}, a row for each running hypothesis of each search, in order
     */
    List<List<Candidate>> best(Tensor logits, List<BeamSearch> searches) {
        Tensor scores = logits.toType(ScalarType.Float).log_softmax(1);
        if (!processors.isEmpty()) {
            List<TokenSequence> sequences = searches.stream()
                    .flatMap(search -> search.running().stream())
                    .map(Hypothesis::sequence)
                    .toList();
            for (LogitsProcessor processor : processors) {
                scores = processor.process(scores, sequences);
            }
        }
        BestTokens ofRows = BestTokens.of(scores, count);
        int perRow = ofRows.perRow();
        List<List<Candidate>> best = new ArrayList<>(searches.size());
        int row = 0;
        for (BeamSearch search : searches) {
            List<Candidate> candidates = new ArrayList<>();
            for (int own = 0; own < search.running().size(); own++, row++) {
                float sum = (float) search.running().get(own).logProbability();
                for (int i = row * perRow; i < (row + 1) * perRow; i++) {
                    candidates.add(new Candidate(own, ofRows.tokens()[i], sum + ofRows.scores()[i]));
                }
            }
            candidates.sort(search.bestFirst());
            best.add(candidates.subList(0, Math.min(count, candidates.size())));
        }
        return best;
    }
}
