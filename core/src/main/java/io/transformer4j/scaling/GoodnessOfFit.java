package io.transformer4j.scaling;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * How well a law describes runs.
 *
 * @param runs their number
 * @param rSquared share of the variance of ln L that the law explains
 * @param rmse root of the mean squared residual of ln L: a typical relative error
 * @param meanRelativeError mean of |L̂ − L|/L
 * @param maxRelativeError largest |L̂ − L|/L
 * @param bias mean of (L̂ − L)/L: positive if the law promises too high a loss
 */
public record GoodnessOfFit(
        int runs, double rSquared, double rmse, double meanRelativeError, double maxRelativeError, double bias) {

    /** Compares a law with runs, which need not be those it was fitted to. */
    public static GoodnessOfFit of(ChinchillaLaw law, List<Observation> runs) {
        double[] residuals =
                runs.stream().mapToDouble(run -> residual(law, run)).toArray();
        double[] relative = DoubleStream.of(residuals).map(Math::expm1).toArray();
        double meanLog =
                runs.stream().mapToDouble(run -> Math.log(run.loss())).average().orElse(Double.NaN);
        double variance = runs.stream()
                .mapToDouble(run -> Math.pow(Math.log(run.loss()) - meanLog, 2))
                .sum();
        double squares = DoubleStream.of(residuals).map(value -> value * value).sum();
        return new GoodnessOfFit(
                runs.size(),
                1 - squares / variance,
                Math.sqrt(squares / runs.size()),
                DoubleStream.of(relative).map(Math::abs).average().orElse(Double.NaN),
                DoubleStream.of(relative).map(Math::abs).max().orElse(Double.NaN),
                DoubleStream.of(relative).average().orElse(Double.NaN));
    }

    /** ln L̂ − ln L. */
    public static double residual(ChinchillaLaw law, Observation run) {
        return Math.log(law.loss(run.parameters(), run.tokens())) - Math.log(run.loss());
    }
}
