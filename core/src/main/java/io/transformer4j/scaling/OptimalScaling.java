package io.transformer4j.scaling;

import java.util.List;

/**
 * N_opt ∝ C^a and D_opt ∝ C^b, with the points they were fitted to.
 *
 * @param parameters N_opt by C
 * @param tokens D_opt by C
 */
public record OptimalScaling(PowerLaw parameters, PowerLaw tokens, List<OptimalPoint> points) {

    static OptimalScaling fit(List<OptimalPoint> points) {
        return new OptimalScaling(
                PowerLaw.fit("N_opt(C)", points, OptimalPoint::compute, OptimalPoint::parameters),
                PowerLaw.fit("D_opt(C)", points, OptimalPoint::compute, OptimalPoint::tokens),
                List.copyOf(points));
    }
}
