package io.transformer4j.scaling;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Runs drawn from a known law. */
final class Synthetic {

    static final ChinchillaLaw LAW = new ChinchillaLaw(1.8, 480, 2100, 0.35, 0.37);

    private Synthetic() {}

    /** Sizes from 5e7 to 1.6e10 and 3 to 100 tokens a parameter, with log-normal noise on the loss. */
    static List<Observation> runs(int count, double noise, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    double parameters = 5e7 * Math.pow(320, random.nextDouble());
                    double tokens = parameters * 3 * Math.pow(33, random.nextDouble());
                    double loss = LAW.loss(parameters, tokens) * Math.exp(noise * random.nextGaussian());
                    return new Observation(parameters, tokens, loss);
                })
                .toList();
    }
}
