package io.transformer4j.torch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * The owner of all native memory allocated by the current thread while it is open: closing it frees every tensor that
 * was made inside and not {@linkplain #keep kept}. Training steps, evaluation batches and generated tokens each run in
 * one, so memory is released at a known place instead of whenever the garbage collector notices.
 *
 * <p>Scopes nest and belong to the thread that opened them.
 */
public final class TensorScope implements AutoCloseable {
    private final @Nullable PointerScope outer;
    private final PointerScope inner;

    /** Opens a scope on the current thread. */
    public TensorScope() {
        Torch.initialize();
        outer = PointerScope.getInnerScope();
        inner = new PointerScope();
    }

    /**
     * Hands a pointer to the enclosing scope; without one the caller owns it and closes it.
     *
     * @return the same pointer
     */
    public <P extends Pointer> P keep(P pointer) {
        if (outer != null) {
            outer.attach(pointer); // before the inner scope lets go: a count of zero frees at once
        } else {
            pointer.retainReference();
        }
        return pointer;
    }

    /**
     * Takes a pointer out of every scope: it lives until {@link #release}. For tensors that outlive a step, such as
     * parameters and optimizer state.
     *
     * @return the same pointer
     */
    public static <P extends Pointer> P retain(P pointer) {
        pointer.retainReference();
        return pointer;
    }

    /** Frees a {@linkplain #retain retained} pointer; harmless on one that was freed already. */
    public static void release(Pointer pointer) {
        if (!pointer.isNull()) {
            pointer.releaseReference();
        }
    }

    /**
     * Makes this scope no longer that of the current thread, but keeps what was made inside: for work that goes on in another task. {@link
     * #close} then frees it, on whatever thread.
     */
    public void suspend() {
        inner.extend();
        inner.close();
    }

    @Override
    public void close() {
        inner.close();
    }
}
