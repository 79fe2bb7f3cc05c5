package io.transformer4j.torch;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.jspecify.annotations.Nullable;

/** Numbered parts of one operation, which threads take one after the other; see {@link ComputePool#inParts} and {@link Team#inParts}. */
final class Parts {
    private final int count;
    private final IntConsumer part;
    private final AtomicInteger next = new AtomicInteger();
    private final Semaphore done = new Semaphore(0);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final boolean gradients = GradMode.is_enabled();
    private final Precision precision = Precision.current(DeviceType.CPU);

    /** Parts that run as on the current thread: with or without gradients, in its precision. */
    Parts(int count, IntConsumer part) {
        this.count = count;
        this.part = part;
    }

    /** On a worker that helps. It may come too late to find anything. */
    void help() {
        if (next.get() >= count) {
            return;
        }
        try (Precision.Region region = precision.enter(DeviceType.CPU);
                NoGradGuard guard = gradients ? null : new NoGradGuard()) {
            runWhatIsLeft();
        }
    }

    /** On each thread whose operation it is: returns when all parts are done. */
    void run() {
        runWhatIsLeft();
        done.acquireUninterruptibly(count);
        done.release(count); // for the next one that waits
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private void runWhatIsLeft() {
        for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            try (TensorScope scope = new TensorScope()) {
                if (failure.get() == null) {
                    part.accept(i);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                done.release();
            }
        }
    }
}
