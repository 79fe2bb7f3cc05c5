package io.transformer4j.evaluation;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU of sequences of up to four words (Papineni et al. 2002), with sacreBLEU's defaults: exponential smoothing, the
 * length of the closest reference (Post 2018).
 *
 * @param tokenizer cuts texts into words
 * @param lowercase whether case doesn't matter
 */
public record Bleu(BleuTokenizer tokenizer, boolean lowercase) implements Metric {
    /** The usual setting: {@code 13a}, case matters. */
    public static final Bleu DEFAULT = new Bleu(BleuTokenizer.V13A, false);

    private static final int ORDER = 4;
    /** Stands for the logarithm of 0, as in sacreBLEU. */
    private static final double LOG_ZERO = -9_999_999_999.0;

    @Override
    public String name() {
        return "BLEU";
    }

    /** Length, reference length, matches of each order, sequences of each order. */
    @Override
    public double[] statistics(String hypothesis, List<String> references) {
        List<String> words = words(hypothesis);
        List<List<String>> others = references.stream().map(this::words).toList();
        double[] counts = new double[2 + 2 * ORDER];
        counts[0] = words.size();
        counts[1] = closestLength(words.size(), others);
        for (int size = 1; size <= ORDER; size++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> other : others) {
                Words.ngrams(other, size).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
            }
            Map<List<String>, Integer> own = Words.ngrams(words, size);
            counts[1 + size] = Words.matches(own, most);
            counts[1 + ORDER + size] = Words.total(own);
        }
        return counts;
    }

    private List<String> words(String text) {
        return tokenizer.tokenize(lowercase ? text.toLowerCase(Locale.ROOT) : text);
    }

    /** The length that differs least; of two, the smaller. */
    private static int closestLength(int length, List<List<String>> references) {
        int closest = references.get(0).size();
        for (List<String> reference : references) {
            int gain = Math.abs(closest - length) - Math.abs(reference.size() - length);
            if (gain > 0 || (gain == 0 && reference.size() < closest)) {
                closest = reference.size();
            }
        }
        return closest;
    }

    @Override
    public double score(double[] sums) {
        double brevity = sums[0] >= sums[1] ? 1 : sums[0] == 0 ? 0 : Math.exp(1 - sums[1] / sums[0]);
        double logs = 0;
        double smoothing = 1;
        boolean ended = false;
        boolean anyMatch = false;
        for (int size = 1; size <= ORDER; size++) {
            double matches = sums[1 + size];
            double total = sums[1 + ORDER + size];
            anyMatch |= matches > 0;
            ended |= total == 0;
            if (ended) {
                logs += LOG_ZERO;
            } else if (matches == 0) {
                smoothing *= 2;
                logs += Math.log(100 / (smoothing * total));
            } else {
                logs += Math.log(100 * matches / total);
            }
        }
        return anyMatch ? brevity * Math.exp(logs / ORDER) : 0;
    }

    @Override
    public String signature(int references, String bootstrap) {
        return Words.references(references) + "|" + bootstrap + "case:" + (lowercase ? "lc" : "mixed") + "|eff:no|tok:"
                + tokenizer + "|smooth:exp|" + Words.VERSION;
    }
}
