package io.transformer4j.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shapes of the learning rate after warm-up; names as in HF {@code lr_scheduler_type}. */
public enum LearningRateSchedule {
    /** Straight down to the minimum at the last step. */
    LINEAR {
        @Override
        double decay(long step, long warmupSteps, long maxSteps) {
            return 1 - progress(step, warmupSteps, maxSteps);
        }
    },
    /** Half a cosine down to the minimum at the last step. */
    COSINE {
        @Override
        double decay(long step, long warmupSteps, long maxSteps) {
            return 0.5 * (1 + Math.cos(Math.PI * progress(step, warmupSteps, maxSteps)));
        }
    },
    /**
     * {@code √(warmupSteps / step)} (Vaswani et al. 2017, §5.3, relative to its peak); without warm-up {@code √(10000 /
     * (10000 + step))} as in HF.
     */
    INVERSE_SQRT {
        @Override
        double decay(long step, long warmupSteps, long maxSteps) {
            long timescale = warmupSteps > 0 ? warmupSteps : 10_000;
            return Math.sqrt((double) timescale / (timescale + step - warmupSteps));
        }
    },
    /** No decay. */
    CONSTANT {
        @Override
        double decay(long step, long warmupSteps, long maxSteps) {
            return 1;
        }
    };

    abstract double decay(long step, long warmupSteps, long maxSteps);

    private static double progress(long step, long warmupSteps, long maxSteps) {
        return Math.min(1, (double) (step - warmupSteps) / Math.max(1, maxSteps - warmupSteps));
    }

    /**
     * Factor of the peak learning rate: a straight rise from 0 during warm-up, then this shape.
     *
     * @param step optimizer steps done so far
     * @param minRatio lowest factor after warm-up
     */
    public double factor(long step, long warmupSteps, long maxSteps, double minRatio) {
        if (step < warmupSteps) {
            return (double) step / warmupSteps;
        }
        return minRatio + (1 - minRatio) * decay(step, warmupSteps, maxSteps);
    }

    /**
     * The schedule called {@code name}, such as {@code inverse_sqrt}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LearningRateSchedule of(String name) {
        return Arrays.stream(values())
                .filter(schedule -> schedule.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the learning-rate schedule must be one of "
                        + Arrays.stream(values()).map(Object::toString).collect(Collectors.joining(", "))
                        + ", but is \"" + name + "\""));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
