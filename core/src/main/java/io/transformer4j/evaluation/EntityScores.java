package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many entities were found whole, with both ends and the type right (Tjong Kim Sang and De Meulder 2003; seqeval).
 *
 * @param perType by the name of the type
 * @param tokenAccuracy share of the words with the right tag
 */
public record EntityScores(Map<String, PrecisionRecall> perType, double tokenAccuracy) {
    /** What was counted of one type. */
    private static final class Counts {
        private long both;
        private long predicted;
        private long actual;
    }

    /**
     * Compares tags, sentence by sentence.
     *
     * @throws IllegalArgumentException if there are no sentences, or two that belong together differ in length
     */
    public static EntityScores of(List<List<String>> actual, List<List<String>> predicted) {
        if (actual.isEmpty() || actual.size() != predicted.size()) {
            throw new IllegalArgumentException(
                    "there must be as many predicted sentences as sentences, at least one, not " + predicted.size()
                            + " and " + actual.size());
        }
        Map<String, Counts> counts = new TreeMap<>();
        long words = 0;
        long right = 0;
        for (int i = 0; i < actual.size(); i++) {
            List<String> gold = actual.get(i);
            List<String> found = predicted.get(i);
            if (gold.size() != found.size()) {
                throw new IllegalArgumentException(
                        "sentence " + i + " has " + gold.size() + " tags, but " + found.size() + " were predicted");
            }
            words += gold.size();
            for (int word = 0; word < gold.size(); word++) {
                right += gold.get(word).equals(found.get(word)) ? 1 : 0;
            }
            count(Entities.of(gold), Entities.of(found), counts);
        }
        Map<String, PrecisionRecall> perType = new TreeMap<>();
        counts.forEach((type, c) -> perType.put(type, new PrecisionRecall(c.both, c.predicted, c.actual)));
        return new EntityScores(perType, (double) right / words);
    }

    private static void count(List<Entities.Entity> gold, List<Entities.Entity> found, Map<String, Counts> counts) {
        Set<Entities.Entity> right = new HashSet<>(gold);
        gold.forEach(entity -> counts.computeIfAbsent(entity.type(), type -> new Counts()).actual++);
        for (Entities.Entity entity : found) {
            Counts type = counts.computeIfAbsent(entity.type(), name -> new Counts());
            type.predicted++;
            type.both += right.contains(entity) ? 1 : 0;
        }
    }

    /** Scores over the entities of all types: what is meant by entity F1. */
    public PrecisionRecall micro() {
        return PrecisionRecall.sum(new ArrayList<>(perType.values()));
    }

    /** Mean F1 of the types. */
    public double macroF1() {
        return PrecisionRecall.macroF1(perType.values());
    }
}
