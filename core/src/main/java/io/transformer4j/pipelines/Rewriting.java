package io.transformer4j.pipelines;

import io.transformer4j.generation.Generation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What an encoder–decoder made of a text.
 *
 * @param source the text
 * @param candidates as many as were asked for, the best first
 * @param truncated whether the end of the source was left out because it was too long
 */
public record Rewriting(String source, List<Candidate> candidates, boolean truncated) {
    /** Copies the list. */
    public Rewriting {
        candidates = List.copyOf(candidates);
    }

    /**
     * One answer.
     *
     * @param text what was written
     * @param parts how it was written: one generation, or one for each part of a source that was split; none for a blank
     *     source
     */
    public record Candidate(String text, List<Generation> parts) {
        /** Copies the list. */
        public Candidate {
            parts = List.copyOf(parts);
        }

        /** Log-probability divided by the length penalty, the mean over the parts; empty if no beams were searched. */
        public OptionalDouble score() {
            return parts.stream().anyMatch(part -> part.score() == null)
                    ? OptionalDouble.empty()
                    : parts.stream().mapToDouble(Generation::score).average();
        }
    }

    /** The best answer. */
    public String text() {
        return candidates.get(0).text();
    }
}
