package io.transformer4j.progress;

/** Watches a task. Called often, from the thread that does the work: it should return at once and must not throw. */
@FunctionalInterface
public interface ProgressListener {

    /** Watches nothing. */
    ProgressListener NONE = (done, total, message) -> {};

    /**
     * Tells how far the task is.
     *
     * @param done units of work done so far, never fewer than before
     * @param total units of the whole task, or −1 if that isn't known yet
     * @param message what is being done or measured right now, e.g. a file name or a loss; may be empty
     */
    void update(long done, long total, String message);
}
