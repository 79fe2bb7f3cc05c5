package io.transformer4j.scaling;

/**
 * The best way found to spend a budget.
 *
 * @param compute C in FLOPs
 * @param parameters N_opt
 * @param tokens D_opt
 * @param loss there
 */
public record OptimalPoint(double compute, double parameters, double tokens, double loss) {}
