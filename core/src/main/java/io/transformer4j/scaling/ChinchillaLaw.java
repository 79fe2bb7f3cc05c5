package io.transformer4j.scaling;

import static io.transformer4j.scaling.Observation.FLOPS_PER_PARAMETER_AND_TOKEN;

/**
 * L(N, D) = E + A/N^α + B/D^β (Hoffmann et al. 2022, eq. 2 and appendix D.3).
 *
 * @param e E, the loss of an unlimited model on unlimited data, in nats per token
 * @param a A, scale of the loss due to the limited model
 * @param b B, scale of the loss due to limited data
 * @param alpha α
 * @param beta β
 */
public record ChinchillaLaw(double e, double a, double b, double alpha, double beta) {

    /** As printed by Hoffmann et al. 2022, unrounded in the figure's source; the fit of that paper had stopped early. */
    public static final ChinchillaLaw HOFFMANN_2022 =
            new ChinchillaLaw(Math.exp(0.5267228), Math.exp(6.0073404), Math.exp(6.0179186), 0.33917084, 0.2849083);

    /** Besiroglu et al. 2024 (arXiv 2404.10102), the headline fit to the data of Hoffmann et al. */
    public static final ChinchillaLaw BESIROGLU_2024 =
            new ChinchillaLaw(1.81686, 482.00572, 2085.43420, 0.34781, 0.36585);

    /** Checks that every number is positive and finite. */
    public ChinchillaLaw {
        Checks.positive("E", e);
        Checks.positive("A", a);
        Checks.positive("B", b);
        Checks.positive("alpha", alpha);
        Checks.positive("beta", beta);
    }

    /** Predicted loss in nats per token. */
    public double loss(double parameters, double tokens) {
        return e + a * Math.pow(parameters, -alpha) + b * Math.pow(tokens, -beta);
    }

    /** Model and data with their predicted loss. */
    public Allocation allocation(double parameters, double tokens) {
        return new Allocation(parameters, tokens, loss(parameters, tokens));
    }

    /** The exponent of N_opt ∝ C^a: β/(α+β). */
    public double parametersExponent() {
        return beta / (alpha + beta);
    }

    /** The exponent of D_opt ∝ C^b: α/(α+β). */
    public double tokensExponent() {
        return alpha / (alpha + beta);
    }

    /** The lowest loss for C = 6ND (Hoffmann et al. 2022, eq. 4): N = G·(C/6)^a, D = (C/6)^b/G. */
    public Allocation optimalForCompute(double flops) {
        double product = flops / FLOPS_PER_PARAMETER_AND_TOKEN;
        double parameters = balance() * Math.pow(product, parametersExponent());
        return allocation(parameters, product / parameters);
    }

    /** The compute-optimal training of a model of the given size. */
    public Allocation optimalForParameters(double parameters) {
        double product = Math.pow(parameters / balance(), 1 / parametersExponent());
        return allocation(parameters, product / parameters);
    }

    /** The compute-optimal model for the given number of training tokens. */
    public Allocation optimalForTokens(double tokens) {
        double product = Math.pow(tokens * balance(), 1 / tokensExponent());
        return allocation(product / tokens, tokens);
    }

    /** The cheapest training that reaches {@code loss}: infinite if the loss isn't above E. */
    public Allocation optimalForLoss(double loss) {
        if (loss <= e) {
            return new Allocation(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, loss);
        }
        // At the optimum α·A/N^α = β·B/D^β, so the excess over E divides in the fixed ratio β : α.
        double parameters = Math.pow(a * (alpha + beta) / (beta * (loss - e)), 1 / alpha);
        return new Allocation(parameters, tokensForLoss(parameters, loss), loss);
    }

    /** How many tokens a model of the given size needs to reach {@code loss}; infinite if it can't. */
    public double tokensForLoss(double parameters, double loss) {
        double forData = loss - e - a * Math.pow(parameters, -alpha);
        return forData > 0 ? Math.pow(b / forData, 1 / beta) : Double.POSITIVE_INFINITY;
    }

    /** The size below which no amount of data reaches {@code loss}. */
    public double criticalParameters(double loss) {
        return loss > e ? Math.pow(a / (loss - e), 1 / alpha) : Double.POSITIVE_INFINITY;
    }

    /** G = (αA / βB)^(1/(α+β)). */
    private double balance() {
        return Math.pow(alpha * a / (beta * b), 1 / (alpha + beta));
    }
}
