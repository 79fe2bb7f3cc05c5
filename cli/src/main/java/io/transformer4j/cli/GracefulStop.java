package io.transformer4j.cli;

import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.Trainer;

/**
 * While open, Ctrl-C and SIGTERM save a checkpoint of the last complete step and end the process at once, though compute
 * threads are in the middle of one.
 */
final class GracefulStop implements AutoCloseable {
    private final Thread hook;

    GracefulStop(Trainer trainer, String resumeHint) {
        hook = new Thread(
                () -> {
                    try {
                        long step = trainer.stop();
                        System.err.println();
                        System.err.println(
                                step < 0
                                        ? "stopped: nothing was saved, since there is no output folder"
                                        : "stopped: step " + step + " is saved; " + resumeHint);
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
