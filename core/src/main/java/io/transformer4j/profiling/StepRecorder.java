package io.transformer4j.profiling;

import io.transformer4j.nn.Module;
import io.transformer4j.nn.Operator;
import io.transformer4j.nn.OperatorObserver;
import io.transformer4j.torch.NativeMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Notes the operators of one step. Each moment of a pass belongs to the operator that began last and hasn't ended, or to none; so times
 * never overlap.
 */
final class StepRecorder implements OperatorObserver {
    private final Map<Module, String> paths;
    private final boolean watchMemory;
    private final List<OperatorRun> records = new ArrayList<>();
    private final Deque<OperatorRun> open = new ArrayDeque<>();

    private @Nullable Pass pass;
    private long last;
    private long passNanos;
    private long heapPeak;
    private long heapAfterForward;

    /**
     * A recorder of a model.
     *
     * @param watchMemory whether to look at the heap at each event, which costs time
     */
    StepRecorder(Map<Module, String> paths, boolean watchMemory) {
        this.paths = paths;
        this.watchMemory = watchMemory;
    }

    /** One run of an operator, with the time spent in it and not in others within. */
    final class OperatorRun implements Run {
        final String path;
        final Operator operator;
        final int inputs;
        long forwardBegan;
        long forwardEnded;
        long backwardBegan;
        long backwardEnded;
        long forwardNanos;
        long backwardNanos;
        private int gradientsLeft;

        private OperatorRun(String path, Operator operator, int inputs) {
            this.path = path;
            this.operator = operator;
            this.inputs = inputs;
            this.gradientsLeft = inputs;
        }

        @Override
        public void forwardEnded() {
            forwardEnded = advance();
            open.remove(this);
        }

        @Override
        public void backwardBegan() {
            backwardBegan = advance();
            backwardEnded = backwardBegan;
            endUnending();
            open.push(this);
        }

        @Override
        public void backwardEnded() {
            backwardEnded = advance();
            if (--gradientsLeft == 0) {
                open.remove(this);
            }
        }
    }

    @Override
    public Run began(Module module, Operator operator, int inputs) {
        OperatorRun run = new OperatorRun(paths.getOrDefault(module, ""), operator, inputs);
        run.forwardBegan = advance();
        records.add(run);
        open.push(run);
        return run;
    }

    @Override
    public void passBegan(Pass begun) {
        long now = System.nanoTime();
        if (pass == null) {
            last = now;
        }
        advance();
        if (begun == Pass.BACKWARD && watchMemory) {
            heapAfterForward =
                    Math.max(heapAfterForward, NativeMemory.bytesInUse().orElse(0));
        }
        open.clear();
        pass = begun;
    }

    @Override
    public void passesEnded() {
        long now = advance();
        open.forEach(run -> run.backwardEnded = now);
        open.clear();
        pass = null;
    }

    /** An operator without differentiable inputs, such as a look-up, has nothing that tells its end: the next beginning does. */
    private void endUnending() {
        while (!open.isEmpty() && open.peek().inputs == 0) {
            open.pop().backwardEnded = last;
        }
    }

    /** Gives the time since the last event to whoever had it. */
    private long advance() {
        long now = System.nanoTime();
        OperatorRun current = open.peek();
        if (current != null && pass == Pass.BACKWARD) {
            current.backwardNanos += now - last;
        } else if (current != null) {
            current.forwardNanos += now - last;
        }
        passNanos += now - last;
        if (watchMemory) {
            heapPeak = Math.max(heapPeak, NativeMemory.bytesInUse().orElse(0));
            now = System.nanoTime();
        }
        last = now;
        return now;
    }

    List<OperatorRun> records() {
        return records;
    }

    /** Duration of all passes. */
    long passNanos() {
        return passNanos;
    }

    /** The most native memory in use at any event; 0 if it wasn't watched or isn't known. */
    long heapPeak() {
        return heapPeak;
    }

    /** The most native memory in use between a forward and its backward pass; 0 likewise. */
    long heapAfterForward() {
        return heapAfterForward;
    }
}
