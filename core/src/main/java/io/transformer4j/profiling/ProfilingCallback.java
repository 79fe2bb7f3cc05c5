package io.transformer4j.profiling;

import io.transformer4j.models.TrainableModel;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Operator;
import io.transformer4j.nn.OperatorObserver;
import io.transformer4j.nn.Parameter;
import io.transformer4j.profiling.StepProfile.MemoryByKind;
import io.transformer4j.profiling.StepProfile.TraceEvent;
import io.transformer4j.profiling.StepRecorder.OperatorRun;
import io.transformer4j.torch.NativeMemory;
import io.transformer4j.training.StepTimes;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Profiles some steps of a run: after a few to warm up, every second step is observed and those between aren't, so that both can be
 * compared on a machine whose speed varies; then one step with an eye on memory. After that the run goes on undisturbed.
 *
 * <p>With several workers it is worker 0 that is observed: its operators on its part of the batch, then the time until all workers have
 * summed their gradients and updated the weights.
 *
 * <pre>{@code
 * var settings = new ProfilingCallback.Settings(pool.workers(), 8, 256, 5, 10);
 * var callback = new ProfilingCallback(model, settings, MachinePeak.measure(pool), profile -> show(profile.operators()));
 * // Trainer.builder(model, arguments).callback(callback)
 * }</pre>
 */
public final class ProfilingCallback implements TrainerCallback {
    private final TrainableModel model;
    private final Settings settings;
    private final MachinePeak peak;
    private final Consumer<StepProfile> receiver;
    private final Map<Module, String> paths;
    private final Map<String, Sum> sums = new LinkedHashMap<>();
    private final Map<Component, Double> phases = new EnumMap<>(Component.class);

    private StepRecorder recorder;
    private State next = State.WARM_UP;
    private int done;
    private double observedSeconds;
    private double unobservedSeconds;
    private List<TraceEvent> trace = List.of();
    private long heapBefore;

    /**
     * What is profiled.
     *
     * @param workers of the trainer
     * @param batchSize sequences of a step
     * @param length tokens of a sequence
     * @param warmupSteps steps before the first observed one
     * @param steps to observe
     */
    public record Settings(int workers, int batchSize, int length, int warmupSteps, int steps) {
        /** Checks that there is something to observe. */
        public Settings {
            if (workers < 1 || batchSize < 1 || length < 1 || warmupSteps < 0 || steps < 1) {
                throw new IllegalArgumentException(
                        "workers (%d), batchSize (%d), length (%d) and steps (%d) must be positive, warmupSteps (%d) not negative"
                                .formatted(workers, batchSize, length, steps, warmupSteps));
            }
        }

        /** Steps of a run that is there for its profile only. */
        public int totalSteps() {
            return warmupSteps + 2 * steps + 1;
        }
    }

    private enum State {
        WARM_UP,
        UNOBSERVED,
        OBSERVED,
        MEMORY,
        OVER
    }

    /** An operator over all steps; its calls may cost differently. */
    private static final class Sum {
        private final String path;
        private Operator cost;
        private int calls;
        private long forwardNanos;
        private long backwardNanos;

        Sum(OperatorRun first) {
            path = first.path;
            cost = scaled(first.operator, 0);
        }

        void add(OperatorRun run) {
            calls++;
            cost = new Operator(
                    cost.kind(),
                    cost.label(),
                    cost.forwardFlops() + run.operator.forwardFlops(),
                    cost.backwardFlops() + run.operator.backwardFlops(),
                    cost.forwardBytes() + run.operator.forwardBytes(),
                    cost.backwardBytes() + run.operator.backwardBytes());
            forwardNanos += run.forwardNanos;
            backwardNanos += run.backwardNanos;
        }
    }

    /**
     * A callback for one run.
     *
     * @param model the trainer's, which worker 0 trains
     * @param receiver gets the profile, on the thread that trains
     */
    public ProfilingCallback(
            TrainableModel model, Settings settings, MachinePeak peak, Consumer<StepProfile> receiver) {
        this.model = model;
        this.settings = settings;
        this.peak = peak;
        this.receiver = receiver;
        this.paths = model.paths();
        this.recorder = new StepRecorder(paths, false);
    }

    @Override
    public void onTrainBegin(TrainerState state, TrainingArguments arguments) {
        if (settings.warmupSteps() == 0) {
            begin(State.UNOBSERVED);
        }
    }

    private void begin(State state) {
        next = state;
        boolean observes = state == State.OBSERVED || state == State.MEMORY;
        if (observes) {
            recorder = new StepRecorder(paths, state == State.MEMORY);
        }
        model.observe(observes ? recorder : OperatorObserver.NONE);
        heapBefore = NativeMemory.bytesInUse().orElse(0);
    }

    @Override
    public void onStepTimed(TrainerState state, StepTimes times) {
        switch (next) {
            case WARM_UP -> {
                if (++done >= settings.warmupSteps()) {
                    done = 0;
                    begin(State.UNOBSERVED);
                }
            }
            case UNOBSERVED -> {
                unobservedSeconds += times.seconds();
                begin(State.OBSERVED);
            }
            case OBSERVED -> {
                add(times);
                begin(++done < settings.steps() ? State.UNOBSERVED : State.MEMORY);
            }
            case MEMORY -> {
                StepProfile profile = profile();
                begin(State.OVER);
                receiver.accept(profile);
            }
            case OVER -> {}
        }
    }

    private void add(StepTimes times) {
        observedSeconds += times.seconds();
        for (OperatorRun run : recorder.records()) {
            sums.computeIfAbsent(run.path + " " + run.operator.label() + " " + run.operator.kind(), key -> new Sum(run))
                    .add(run);
        }
        long operators = recorder.records().stream()
                .mapToLong(run -> run.forwardNanos + run.backwardNanos)
                .sum();
        phases.merge(Component.BATCHES, seconds(times.began(), times.loaded()), Double::sum);
        phases.merge(Component.BETWEEN, seconds(times.loaded(), times.computed()) - operators / 1e9, Double::sum);
        phases.merge(Component.GRADIENT_SUM, seconds(times.computed(), times.reduced()), Double::sum);
        phases.merge(Component.OPTIMIZER, seconds(times.reduced(), times.ended()), Double::sum);
        trace = trace(times);
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }

    private StepProfile profile() {
        int steps = settings.steps();
        List<OperatorProfile> operators = sums.values().stream()
                .map(sum -> new OperatorProfile(
                        sum.path,
                        Component.of(sum.path, sum.cost.kind()),
                        sum.calls / steps,
                        scaled(sum.cost, 1.0 / steps),
                        sum.forwardNanos / 1e9 / steps,
                        sum.backwardNanos / 1e9 / steps))
                .toList();
        phases.replaceAll((phase, seconds) -> seconds / steps);
        return new StepProfile(
                model.architecture(),
                settings.workers(),
                settings.batchSize(),
                settings.length(),
                steps,
                observedSeconds / steps,
                unobservedSeconds / steps,
                operators,
                Map.copyOf(phases),
                memory(),
                peak,
                trace);
    }

    private static Operator scaled(Operator operator, double factor) {
        return new Operator(
                operator.kind(),
                operator.label(),
                factor * operator.forwardFlops(),
                factor * operator.backwardFlops(),
                factor * operator.forwardBytes(),
                factor * operator.backwardBytes());
    }

    private MemoryByKind memory() {
        ModelSummary summary = ModelSummary.of(model);
        double trained = Float.BYTES
                * (double) model.namedParameters().values().stream()
                        .filter(Parameter::trainable)
                        .mapToLong(Parameter::numel)
                        .sum();
        int sequences = (settings.batchSize() + settings.workers() - 1) / settings.workers();
        return new MemoryByKind(
                summary.weightBytes(),
                trained,
                2 * trained,
                Math.max(0, recorder.heapAfterForward() - heapBefore),
                summary.activationBytes(sequences, settings.length()),
                Math.max(0, recorder.heapPeak() - heapBefore));
    }

    private List<TraceEvent> trace(StepTimes times) {
        List<TraceEvent> events = new ArrayList<>();
        long zero = times.began();
        events.add(event(zero, "batch", "phase", times.began(), times.loaded(), Map.of()));
        events.add(event(zero, "forward and backward", "phase", times.loaded(), times.computed(), Map.of()));
        events.add(event(zero, "gradient sum and norm", "phase", times.computed(), times.reduced(), Map.of()));
        events.add(event(zero, "optimizer", "phase", times.reduced(), times.ended(), Map.of()));
        for (OperatorRun run : recorder.records()) {
            Operator cost = run.operator;
            String name = run.path + " " + cost.label();
            events.add(event(
                    zero,
                    name,
                    "forward",
                    run.forwardBegan,
                    run.forwardEnded,
                    Map.of("flops", cost.forwardFlops(), "bytes", cost.forwardBytes())));
            if (run.backwardBegan > 0) {
                events.add(event(
                        zero,
                        name,
                        "backward",
                        run.backwardBegan,
                        run.backwardEnded,
                        Map.of("flops", cost.backwardFlops(), "bytes", cost.backwardBytes())));
            }
        }
        return events;
    }

    private static TraceEvent event(
            long zero, String name, String category, long from, long to, Map<String, Object> details) {
        return new TraceEvent(name, category, (from - zero) / 1e3, (to - from) / 1e3, details);
    }
}
