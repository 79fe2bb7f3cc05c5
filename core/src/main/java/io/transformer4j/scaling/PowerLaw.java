package io.transformer4j.scaling;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * y = k·x^p.
 *
 * @param coefficient k
 * @param exponent p
 * @param rSquared share of the variance of ln y it explains; 1 for two points
 * @param points it was fitted to
 */
public record PowerLaw(double coefficient, double exponent, double rSquared, int points) {

    /** y at {@code x}. */
    public double at(double x) {
        return coefficient * Math.pow(x, exponent);
    }

    /** x₀ of the form y = (x₀/x)^−p in which Kaplan et al. 2020 print their laws: where y is 1. */
    public double unitPoint() {
        return Math.pow(coefficient, -1 / exponent);
    }

    /**
     * Least squares on the logarithms.
     *
     * @throws ScalingException if there are fewer than three points or all have the same x
     */
    static <T> PowerLaw fit(String what, List<T> points, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
        SimpleRegression line = new SimpleRegression();
        points.forEach(point -> line.addData(Math.log(x.applyAsDouble(point)), Math.log(y.applyAsDouble(point))));
        if (points.size() < 3 || !Double.isFinite(line.getSlope())) {
            throw new ScalingException("%d points are too few to fit %s: at least 3 different ones are needed"
                    .formatted(points.size(), what));
        }
        return new PowerLaw(Math.exp(line.getIntercept()), line.getSlope(), line.getRSquare(), points.size());
    }
}
