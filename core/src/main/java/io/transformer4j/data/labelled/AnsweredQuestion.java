package io.transformer4j.data.labelled;

import java.util.List;

/**
 * A question about a text.
 *
 * @param id the data set's name for it
 * @param context the text that has the answer
 * @param answers what people marked as the answer; none if the text has none
 */
public record AnsweredQuestion(String id, String question, String context, List<Answer> answers) {
    /**
     * A part of the context.
     *
     * @param start where it begins, in {@code char}s
     */
    public record Answer(String text, int start) {
        /** Where it ends, exclusive. */
        public int end() {
            return start + text.length();
        }
    }

    /** Copies the answers. */
    public AnsweredQuestion {
        answers = List.copyOf(answers);
    }
}
