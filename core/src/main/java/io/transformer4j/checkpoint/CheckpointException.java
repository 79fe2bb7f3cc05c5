package io.transformer4j.checkpoint;

import java.nio.file.Path;

/**
 * A file or folder of a checkpoint that can't be read, written or trusted. The message is one sentence on one line that
 * starts with the path and says what is wrong and, where that isn't plain, what would be right.
 */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;
    private final String problem;

    /** A {@code problem}: the rest of the sentence, without the path. */
    public CheckpointException(Path path, String problem) {
        super(sentence(path, problem));
        this.path = path;
        this.problem = problem;
    }

    /** A {@code problem}, the rest of the sentence, with what led to it. */
    public CheckpointException(Path path, String problem, Throwable cause) {
        super(sentence(path, problem), cause);
        this.path = path;
        this.problem = problem;
    }

    /** The file or folder that the message speaks of. */
    public Path path() {
        return path;
    }

    /** The same problem for a file that the user knows by another name. */
    CheckpointException renamed(Path name, String addition) {
        return new CheckpointException(name, problem + addition, this);
    }

    private static String sentence(Path path, String problem) {
        return Quoted.plain(path.toString()) + ": " + problem;
    }
}
