package io.transformer4j.benchmarks.scaling;

import io.transformer4j.scaling.ChinchillaLaw;
import io.transformer4j.scaling.Observation;
import io.transformer4j.scaling.ParametricFit;
import io.transformer4j.scaling.ParametricFit.Reduction;
import io.transformer4j.scaling.ParametricFit.Search;
import io.transformer4j.scaling.ResultsTable;
import io.transformer4j.scaling.Start;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Where one search from the published law ends on the Chinchilla runs, by how the Huber losses are reduced and when the search may stop:
 * argument, the path of chinchilla.csv.
 */
public final class EarlyStopping {

    private static final ResultsTable.Columns COLUMNS =
            new ResultsTable.Columns("Model Size", null, "Training FLOP", "loss", null);
    private static final int DROPPED = 5;
    /** Defaults of L-BFGS-B in SciPy: ftol and gtol. */
    private static final double FUNCTION_TOLERANCE = 2.220446049250313e-9;

    private static final double GRADIENT_TOLERANCE = 1e-5;

    private EarlyStopping() {}

    /** Prints a table. */
    public static void main(String[] args) throws IOException {
        List<Observation> all = ResultsTable.observations(Path.of(args[0]), COLUMNS);
        List<Observation> runs = all.stream()
                .sorted(Comparator.comparingDouble(Observation::loss))
                .limit(all.size() - DROPPED)
                .toList();
        System.out.println("| objective | stops at | Σ Huber | E | A | B | α | β | a = β/(α+β) | gradient vanishes |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Reduction reduction : Reduction.values()) {
            print(runs, reduction, "SciPy's defaults", FUNCTION_TOLERANCE, GRADIENT_TOLERANCE);
            print(runs, reduction, "gradient 1e-5 only", 0, GRADIENT_TOLERANCE);
            print(runs, reduction, "gradient 1e-12", 0, 1e-12);
        }
    }

    private static void print(
            List<Observation> runs,
            Reduction reduction,
            String name,
            double functionTolerance,
            double gradientTolerance) {
        Search end = ParametricFit.searchOnce(
                runs,
                ParametricFit.DELTA,
                Start.at(ChinchillaLaw.HOFFMANN_2022),
                reduction,
                functionTolerance,
                gradientTolerance);
        ChinchillaLaw law = end.law();
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.9f | %.4f | %.1f | %.1f | %.4f | %.4f | %.3f | %s |%n",
                reduction,
                name,
                end.objective(),
                law.e(),
                law.a(),
                law.b(),
                law.alpha(),
                law.beta(),
                law.parametersExponent(),
                end.converged() ? "yes" : "no");
    }
}
