package io.transformer4j.scaling;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is given when a training is planned; all else follows from the law. */
public sealed interface Budget {

    /**
     * Training compute.
     *
     * @param flops C, from 1e9 to 1e30
     */
    record Flops(double flops) implements Budget {
        /** Checks the range. */
        public Flops {
            Range.check("the compute budget", flops, 1e9, 1e30, "FLOPs");
        }

        /** Spent on a model of that size. */
        public ModelAndTokens forParameters(double parameters) {
            return new ModelAndTokens(parameters, flops / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters));
        }

        /** Spent on that many tokens. */
        public ModelAndTokens forTokens(double tokens) {
            return new ModelAndTokens(flops / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * tokens), tokens);
        }

        @Override
        public Allocation optimum(ChinchillaLaw law) {
            return law.optimalForCompute(flops);
        }

        @Override
        public double tokensFor(double parameters, ChinchillaLaw law) {
            return flops / (Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3g FLOPs", flops);
        }
    }

    /**
     * Training tokens, of which none is to be left over.
     *
     * @param tokens D, from 1e3 to 1e17
     */
    record Tokens(double tokens) implements Budget {
        /** Checks the range. */
        public Tokens {
            Range.checkTokens(tokens);
        }

        @Override
        public Allocation optimum(ChinchillaLaw law) {
            return law.optimalForTokens(tokens);
        }

        @Override
        public double tokensFor(double parameters, ChinchillaLaw law) {
            return tokens;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3g training tokens", tokens);
        }
    }

    /**
     * A model size.
     *
     * @param parameters N, from 1e3 to 1e15
     */
    record Parameters(double parameters) implements Budget {
        /** Checks the range. */
        public Parameters {
            Range.checkParameters(parameters);
        }

        @Override
        public Allocation optimum(ChinchillaLaw law) {
            return law.optimalForParameters(parameters);
        }

        @Override
        public double tokensFor(double actualParameters, ChinchillaLaw law) {
            return law.optimalForParameters(actualParameters).tokens();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3g parameters", parameters);
        }
    }

    /**
     * A model of a given size on given data: not a budget to be spent best, but a training whose outcome is asked for.
     *
     * @param parameters N, from 1e3 to 1e15
     * @param tokens D, from 1e3 to 1e17
     */
    record ModelAndTokens(double parameters, double tokens) implements Budget {
        /** Checks the ranges. */
        public ModelAndTokens {
            Range.checkParameters(parameters);
            Range.checkTokens(tokens);
        }

        /** What the same compute buys at best. */
        @Override
        public Allocation optimum(ChinchillaLaw law) {
            return law.optimalForCompute(Observation.FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens);
        }

        @Override
        public double parametersFor(Allocation optimum) {
            return parameters;
        }

        @Override
        public double tokensFor(double actualParameters, ChinchillaLaw law) {
            return tokens;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3g parameters on %.3g tokens", parameters, tokens);
        }
    }

    /**
     * Reads {@code HOURS@RATETFLOPs}, e.g. {@code 1000@150TFLOPs}: hours of devices, and the teraFLOPs each of them sustains every second
     * in training (not its peak).
     */
    static Flops ofGpuHours(String text) {
        Matcher matcher = Range.GPU_HOURS.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "GPU hours are given as HOURS@RATETFLOPs, e.g. 1000@150TFLOPs, not '%s'".formatted(text));
        }
        double hours = Double.parseDouble(matcher.group(1));
        double teraflops = Double.parseDouble(matcher.group(2));
        return new Flops(hours * 3600 * teraflops * 1e12);
    }

    /** The best way to spend it, or as much compute as it comes to. */
    Allocation optimum(ChinchillaLaw law);

    /** The size of the model to train, for which the nearest shape is sought. */
    default double parametersFor(Allocation optimum) {
        return optimum.parameters();
    }

    /** The training tokens of a model that isn't exactly as large as that. */
    double tokensFor(double parameters, ChinchillaLaw law);

    /** Checks of the budgets above. */
    final class Range {
        private static final Pattern GPU_HOURS = Pattern.compile(
                "([0-9.]+(?:e[+-]?[0-9]+)?)@([0-9.]+(?:e[+-]?[0-9]+)?)TFLOP(?:s|/s|s/s)?", Pattern.CASE_INSENSITIVE);

        private Range() {}

        private static void checkParameters(double parameters) {
            check("the number of parameters", parameters, 1e3, 1e15, "parameters");
        }

        private static void checkTokens(double tokens) {
            check("the number of training tokens", tokens, 1e3, 1e17, "tokens");
        }

        private static void check(String what, double value, double low, double high, String unit) {
            if (!(value >= low && value <= high)) {
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "%s (%s) must lie between %.0e and %.0e %s", what, value, low, high, unit));
            }
        }
    }
}
