package io.transformer4j.data.labelled;

import java.util.List;

/**
 * The words of a sentence and a tag for each.
 *
 * @param where file and line of its first word, for messages
 * @param tags as many as words
 */
public record TaggedSentence(String where, List<String> words, List<String> tags) {
    /** Copies the lists. */
    public TaggedSentence {
        if (words.isEmpty() || words.size() != tags.size()) {
            throw new IllegalArgumentException(where + ": a sentence has as many tags as words, at least one, not "
                    + tags.size() + " and " + words.size());
        }
        words = List.copyOf(words);
        tags = List.copyOf(tags);
    }
}
