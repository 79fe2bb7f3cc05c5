package io.transformer4j.finetuning;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts that belong together: an anchor, a text of the same meaning and, in a triplet, one of another; or two texts and how alike they are.
 *
 * @param file where they stand
 * @param line in which they begin, from 1
 * @param texts two or three
 * @param score how alike the two are; null where that wasn't asked for
 */
public record TextGroup(
        Path file, long line, List<String> texts, @Nullable Double score) {
    /** Copies the texts. */
    public TextGroup {
        texts = List.copyOf(texts);
    }

    /** File and line, for messages. */
    public String where() {
        return file + ", line " + line;
    }
}
