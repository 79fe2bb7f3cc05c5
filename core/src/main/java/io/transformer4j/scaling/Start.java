package io.transformer4j.scaling;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a search for a law starts.
 *
 * @param a ln A
 * @param b ln B
 * @param e ln E
 */
public record Start(double a, double b, double e, double alpha, double beta) {

    /** The 4,500 starts of Hoffmann et al. 2022, appendix D.3. */
    public static List<Start> grid() {
        double[] exponents = {0, 0.5, 1, 1.5, 2};
        double[] rests = {-1, -0.5, 0, 0.5, 1};
        double[] scales = {0, 5, 10, 15, 20, 25};
        List<Start> starts = new ArrayList<>();
        for (double alpha : exponents) {
            for (double beta : exponents) {
                for (double e : rests) {
                    for (double a : scales) {
                        for (double b : scales) {
                            starts.add(new Start(a, b, e, alpha, beta));
                        }
                    }
                }
            }
        }
        return List.copyOf(starts);
    }

    /** A start at a law that is known to be near. */
    public static Start at(ChinchillaLaw law) {
        return new Start(Math.log(law.a()), Math.log(law.b()), Math.log(law.e()), law.alpha(), law.beta());
    }

    double[] toArray() {
        return new double[] {a, b, e, alpha, beta};
    }
}
