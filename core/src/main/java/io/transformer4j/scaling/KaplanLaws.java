package io.transformer4j.scaling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * L(N) = (N_c/N)^α_N, L(D) = (D_c/D)^α_D and L(C) = (C_c/C)^α_C, each where nothing else limits the loss (Kaplan et al. 2020, eq.
 * 1.1 to 1.3).
 *
 * <p>Each is fitted to the runs that no run with as little of x beats: the best known loss for a size, an amount of data, a budget.
 * These forms have no irreducible loss, so their exponents fall as runs grow; they describe a range, and are given for comparison.
 *
 * @param byParameters exponent is −α_N, unit point N_c
 * @param byTokens exponent is −α_D, unit point D_c
 * @param byCompute exponent is −α_C, unit point C_c
 */
public record KaplanLaws(PowerLaw byParameters, PowerLaw byTokens, PowerLaw byCompute) {

    /**
     * Fits the three.
     *
     * @throws ScalingException if fewer than three runs limit the loss from below
     */
    public static KaplanLaws fit(List<Observation> runs) {
        return new KaplanLaws(
                frontierLaw("L(N)", runs, Observation::parameters),
                frontierLaw("L(D)", runs, Observation::tokens),
                frontierLaw("L(C)", runs, Observation::compute));
    }

    private static PowerLaw frontierLaw(String what, List<Observation> runs, ToDoubleFunction<Observation> x) {
        return PowerLaw.fit(what, frontier(runs, x), x, Observation::loss);
    }

    /** The runs with a lower loss than every run with less or the same of x. */
    static List<Observation> frontier(List<Observation> runs, ToDoubleFunction<Observation> x) {
        List<Observation> best = new ArrayList<>();
        double lowest = Double.POSITIVE_INFINITY;
        for (Observation run : runs.stream()
                .sorted(Comparator.comparingDouble(x).thenComparingDouble(Observation::loss))
                .toList()) {
            if (run.loss() < lowest) {
                lowest = run.loss();
                best.add(run);
            }
        }
        return best;
    }
}
