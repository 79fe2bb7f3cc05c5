package io.transformer4j.finetuning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hipparchus.stat.descriptive.moment.Mean;
import org.hipparchus.stat.descriptive.moment.StandardDeviation;

/**
 * The scores of one recipe with several seeds.
 *
 * @param runs in the order of the seeds
 */
public record SeedResults(List<Run> runs) {
    /**
     * One run.
     *
     * @param scores by name
     * @param secondsPerEpoch training time
     */
    public record Run(long seed, Map<String, Double> scores, double secondsPerEpoch) {}

    /**
     * Mean and spread.
     *
     * @param deviation sample standard deviation; NaN for one run
     */
    public record Summary(double mean, double deviation) {}

    /** Copies the runs. */
    public SeedResults {
        runs = List.copyOf(runs);
    }

    /** Mean and deviation of each score that all runs have. */
    public Map<String, Summary> summaries() {
        Map<String, Summary> summaries = new LinkedHashMap<>();
        if (!runs.isEmpty()) {
            for (String name : runs.get(0).scores().keySet()) {
                if (runs.stream().allMatch(run -> run.scores().containsKey(name))) {
                    summaries.put(
                            name,
                            summary(runs.stream()
                                    .mapToDouble(run -> run.scores().get(name))
                                    .toArray()));
                }
            }
            summaries.put(
                    "seconds_per_epoch",
                    summary(runs.stream().mapToDouble(Run::secondsPerEpoch).toArray()));
        }
        return summaries;
    }

    private static Summary summary(double[] values) {
        return new Summary(
                new Mean().evaluate(values), values.length < 2 ? Double.NaN : new StandardDeviation().evaluate(values));
    }

    /** A table in Markdown: a row for each score, a column for each seed, and mean ± deviation. */
    public String markdown() {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder("| score |");
        StringBuilder rule = new StringBuilder("| --- |");
        runs.forEach(run -> {
            head.append(" seed ").append(run.seed()).append(" |");
            rule.append(" ---: |");
        });
        lines.add(head + " mean ± deviation |");
        lines.add(rule + " ---: |");
        summaries().forEach((name, summary) -> {
            StringBuilder line = new StringBuilder("| ").append(name).append(" |");
            runs.forEach(run -> line.append(number(
                            name.equals("seconds_per_epoch")
                                    ? run.secondsPerEpoch()
                                    : run.scores().get(name)))
                    .append(" |"));
            lines.add(line + number(summary.mean())
                    + (Double.isNaN(summary.deviation()) ? "" : " ±" + number(summary.deviation())) + " |");
        });
        return String.join("\n", lines) + "\n";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, " %.4f", value);
    }
}
