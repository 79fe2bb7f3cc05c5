package io.transformer4j.scaling;

import java.util.Arrays;
import org.ddogleg.optimization.FactoryOptimization;
import org.ddogleg.optimization.OptimizationException;
import org.ddogleg.optimization.UnconstrainedMinimization;
import org.ddogleg.optimization.functions.FunctionNtoN;
import org.ddogleg.optimization.functions.FunctionNtoS;
import org.ddogleg.optimization.quasinewton.ConfigQuasiNewton;

/**
 * Quasi-Newton search with exact gradients, which says how it ended. Why BFGS of this library: docs/adr/0008-scaling-optimizer.md.
 *
 * <p>Not thread-safe: one per thread.
 */
final class Minimizer {

    private static final int MAX_ITERATIONS = 2000;
    /** A search stuck on a bad Hessian is taken up again with a new one. */
    private static final int MAX_RESTARTS = 5;

    /** A smooth function that is nowhere negative. */
    interface Objective {
        int dimensions();

        /** The value at {@code point}; its gradient goes to {@code gradient}. */
        double evaluate(double[] point, double[] gradient);
    }

    /**
     * When a search ends before nothing can be gained any more.
     *
     * @param gradient no component of the gradient is larger
     * @param decrease an iteration gains no more; 0 to go on for as long as there is any gain
     */
    record Tolerance(double gradient, double decrease) {}

    /**
     * Where a search ended.
     *
     * @param gradient its largest component, absolute; NaN if the search left the region where numbers are finite
     */
    record Minimum(double[] point, double value, double gradient) {}

    private final CachedEvaluation function;
    private final UnconstrainedMinimization search;

    Minimizer(Objective objective) {
        this.function = new CachedEvaluation(objective);
        ConfigQuasiNewton config = new ConfigQuasiNewton();
        config.lineSearch = ConfigQuasiNewton.LineSearch.MORE94;
        this.search = FactoryOptimization.quasiNewtonBfgs(config);
        search.setFunction(function, function.gradient(), 0);
    }

    Minimum minimize(double[] start, Tolerance tolerance) {
        Minimum best = at(start);
        for (int i = 0; i < MAX_RESTARTS && best.gradient > tolerance.gradient; i++) { // false for NaN
            Minimum next = descend(best, tolerance);
            if (!(next.value < best.value)) {
                break;
            }
            best = next;
            if (tolerance.decrease > 0) { // such a search is meant to end early
                break;
            }
        }
        return best;
    }

    private Minimum descend(Minimum start, Tolerance tolerance) {
        Minimum current = start;
        // Its own tests would end the search at a gradient of 1e-3 where 1e-7 can be had: ours below decide.
        search.initialize(start.point, 0, 0);
        try {
            for (int i = 0; i < MAX_ITERATIONS && !search.iterate(); i++) {
                if (search.isUpdated()) {
                    Minimum next = at(search.getParameters());
                    boolean smallGain = current.value - next.value <= tolerance.decrease;
                    current = next;
                    if (next.gradient <= tolerance.gradient || (tolerance.decrease > 0 && smallGain)) {
                        return current;
                    }
                }
            }
        } catch (
                OptimizationException e) { // the line search met numbers that aren't finite: the last good point stands
            return current;
        }
        return at(search.getParameters());
    }

    private Minimum at(double[] point) {
        function.moveTo(point);
        double largest = 0;
        for (double component : function.gradient) {
            largest = Math.max(largest, Math.abs(component)); // NaN stays NaN
        }
        return new Minimum(point.clone(), function.value, largest);
    }

    /** The library asks for value and gradient of the same point separately. */
    private static final class CachedEvaluation implements FunctionNtoS {
        private final Objective objective;
        private final double[] point;
        private final double[] gradient;
        private double value;

        CachedEvaluation(Objective objective) {
            this.objective = objective;
            this.point = new double[objective.dimensions()];
            this.gradient = new double[objective.dimensions()];
            Arrays.fill(point, Double.NaN);
        }

        void moveTo(double[] next) {
            if (!Arrays.equals(point, next)) {
                System.arraycopy(next, 0, point, 0, point.length);
                value = objective.evaluate(point, gradient);
            }
        }

        @Override
        public int getNumOfInputsN() {
            return point.length;
        }

        @Override
        public double process(double[] input) {
            moveTo(input);
            return value;
        }

        FunctionNtoN gradient() {
            return new FunctionNtoN() {
                @Override
                public int getN() {
                    return point.length;
                }

                @Override
                public void process(double[] input, double[] output) {
                    moveTo(input);
                    System.arraycopy(gradient, 0, output, 0, gradient.length);
                }
            };
        }
    }
}
