package io.transformer4j.scaling;

import java.util.List;

/**
 * Σ Huber_δ(ln L̂(N, D) − ln L) with ln L̂ = logsumexp(a − α ln N, b − β ln D, e) (Hoffmann et al. 2022, eq. 3).
 *
 * <p>The search runs over (a′, b′, e, α, β), where a′ = a − α·mean(ln N) and b′ = b − β·mean(ln D) are the logarithms of the two
 * terms in the middle of the data. Nothing changes but the condition of the problem: a and α alone are almost collinear, because
 * ln N is far from 0 for every run. The value is divided by δ: about Σ |residual|.
 */
final class HuberObjective implements Minimizer.Objective {

    static final int DIMENSIONS = 5;

    private final double[] lnParameters; // centred
    private final double[] lnTokens; // centred
    private final double[] lnLoss;
    private final double meanLnParameters;
    private final double meanLnTokens;
    private final double delta;

    HuberObjective(List<Observation> observations, double delta) {
        int n = observations.size();
        this.delta = delta;
        this.lnParameters = new double[n];
        this.lnTokens = new double[n];
        this.lnLoss = new double[n];
        meanLnParameters = observations.stream()
                .mapToDouble(run -> Math.log(run.parameters()))
                .average()
                .orElse(0);
        meanLnTokens = observations.stream()
                .mapToDouble(run -> Math.log(run.tokens()))
                .average()
                .orElse(0);
        for (int i = 0; i < n; i++) {
            Observation run = observations.get(i);
            lnParameters[i] = Math.log(run.parameters()) - meanLnParameters;
            lnTokens[i] = Math.log(run.tokens()) - meanLnTokens;
            lnLoss[i] = Math.log(run.loss());
        }
    }

    /** From (ln A, ln B, ln E, α, β). */
    double[] centred(double[] logs) {
        return new double[] {
            logs[0] - logs[3] * meanLnParameters, logs[1] - logs[4] * meanLnTokens, logs[2], logs[3], logs[4]
        };
    }

    /** To (ln A, ln B, ln E, α, β). */
    double[] uncentred(double[] point) {
        return new double[] {
            point[0] + point[3] * meanLnParameters, point[1] + point[4] * meanLnTokens, point[2], point[3], point[4]
        };
    }

    /** From the gradient in centred coordinates to that in (ln A, ln B, ln E, α, β), in place. */
    void uncentreGradient(double[] gradient) {
        gradient[3] -= meanLnParameters * gradient[0];
        gradient[4] -= meanLnTokens * gradient[1];
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    @Override
    public double evaluate(double[] point, double[] gradient) {
        double a = point[0];
        double b = point[1];
        double e = point[2];
        double alpha = point[3];
        double beta = point[4];
        double sum = 0;
        double da = 0;
        double db = 0;
        double de = 0;
        double dAlpha = 0;
        double dBeta = 0;
        for (int i = 0; i < lnLoss.length; i++) {
            double model = a - alpha * lnParameters[i];
            double data = b - beta * lnTokens[i];
            double largest = Math.max(e, Math.max(model, data));
            double expModel = Math.exp(model - largest);
            double expData = Math.exp(data - largest);
            double expRest = Math.exp(e - largest);
            double total = expModel + expData + expRest;
            double residual = (largest + Math.log(total) - lnLoss[i]) / delta;
            double size = Math.abs(residual);
            sum += size <= 1 ? 0.5 * residual * residual : size - 0.5;
            double slope = Math.max(-1, Math.min(1, residual)) / total;
            da += slope * expModel;
            db += slope * expData;
            de += slope * expRest;
            dAlpha -= slope * expModel * lnParameters[i];
            dBeta -= slope * expData * lnTokens[i];
        }
        // Σ Huber is δ² · sum and its gradient δ · (…): both divided by δ.
        gradient[0] = da;
        gradient[1] = db;
        gradient[2] = de;
        gradient[3] = dAlpha;
        gradient[4] = dBeta;
        return delta * sum;
    }
}
