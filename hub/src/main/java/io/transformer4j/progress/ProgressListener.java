package io.transformer4j.progress;

/** Watches a task. Called often, from the thread that does the work: it should return at once and must not throw. */
@FunctionalInterface
public interface ProgressListener {

    /** The total isn't known. */
    long UNKNOWN = -1;

    /** Watches nothing. */
    ProgressListener NONE = (done, total, message) -> {};

    /**
     * Tells how far the task, or its present {@linkplain #stage stage}, is.
     *
     * @param done units of work done so far, never fewer than before
     * @param total units of the whole task, or {@link #UNKNOWN}
     * @param message what is being done or measured right now, e.g. a file name or a loss; may be empty
     */
    void update(long done, long total, String message);

    /**
     * A task of several stages begins the next one, whose units of work are its own and are counted from 0.
     *
     * @param name what is done in it, e.g. {@code count words}
     */
    default void stage(String name) {}
}
