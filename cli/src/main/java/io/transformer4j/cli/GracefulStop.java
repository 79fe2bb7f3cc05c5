package io.transformer4j.cli;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.Trainer;
import java.util.function.Supplier;

/**
 * While open, Ctrl-C and SIGTERM save what is to be saved, such as a checkpoint of the last complete step, and end the
 * process at once, though compute threads are in the middle of one.
 */
final class GracefulStop implements AutoCloseable {
    private final Thread hook;

    /** Stops a training, which saves its last complete step. */
    GracefulStop(Trainer trainer, String resumeHint) {
        this(() -> {
            long step = trainer.stop();
            return step < 0
                    ? "nothing was saved, since there is no output folder"
                    : "step " + step + " is saved; " + resumeHint;
        });
    }

    /**
     * Stops anything.
     *
     * @param save saves what is to be saved, and says what that is
     */
    GracefulStop(Supplier<String> save) {
        hook = new Thread(
                () -> {
                    try {
                        String saved = save.get();
                        System.err.println();
                        System.err.println("stopped: " + saved);
                    } catch (RuntimeException e) {
                        System.err.println("stopped, but no checkpoint could be saved: " + Failures.sentence(e));
                    } finally {
                        ComputePool.exitProcess(T4j.INTERRUPTED);
                    }
                },
                "graceful-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // shutting down already: the hook runs
            park();
        }
    }

    /** The hook ends the process; going on meanwhile would free what it saves. */
    private void park() {
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
