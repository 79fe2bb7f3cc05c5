package io.transformer4j.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class ChinchillaLawTest {

    private static final ChinchillaLaw LAW = ChinchillaLaw.BESIROGLU_2024;

    /** Moving along C = 6ND in either direction costs loss. */
    @Property
    void theOptimumIsOne(@ForAll @DoubleRange(min = 12, max = 28) double exponent) {
        Allocation best = LAW.optimalForCompute(Math.pow(10, exponent));

        assertThat(best.compute()).isCloseTo(Math.pow(10, exponent), within(best.compute() * 1e-9));
        assertThat(LAW.loss(best.parameters() * 1.01, best.tokens() / 1.01)).isGreaterThan(best.loss());
        assertThat(LAW.loss(best.parameters() / 1.01, best.tokens() * 1.01)).isGreaterThan(best.loss());
    }

    /** Whatever is given, the same frontier is found. */
    @Property
    void theFourWaysToTheFrontierAgree(@ForAll @DoubleRange(min = 12, max = 28) double exponent) {
        Allocation best = LAW.optimalForCompute(Math.pow(10, exponent));

        assertSame(LAW.optimalForParameters(best.parameters()), best, 1e-9);
        assertSame(LAW.optimalForTokens(best.tokens()), best, 1e-9);
        assertSame(LAW.optimalForLoss(best.loss()), best, 1e-6);
    }

    @Property
    void tokensForLossInvertsLoss(@ForAll @DoubleRange(min = 0.3, max = 1) double fraction) {
        Allocation best = LAW.optimalForCompute(1e21);
        double parameters = fraction * best.parameters();

        double tokens = LAW.tokensForLoss(parameters, best.loss());

        if (parameters < LAW.criticalParameters(best.loss())) {
            assertThat(tokens).isInfinite();
        } else {
            assertThat(LAW.loss(parameters, tokens)).isCloseTo(best.loss(), within(1e-9));
        }
    }

    @Example
    void chinchillaItself() {
        ChinchillaLaw rounded = new ChinchillaLaw(1.69, 406.4, 410.7, 0.34, 0.28);
        assertThat(rounded.loss(70e9, 1.4e12)).isCloseTo(1.9365, within(1e-3));
        assertThat(ChinchillaLaw.HOFFMANN_2022.loss(70e9, 1.4e12))
                .as("rounding alone costs 0.016 nats")
                .isCloseTo(1.9208, within(1e-3));
        assertThat(LAW.parametersExponent()).isCloseTo(0.513, within(5e-4));
        assertThat(LAW.optimalForLoss(1.5).parameters()).isInfinite();
    }

    private static void assertSame(Allocation actual, Allocation expected, double relative) {
        assertThat(actual.parameters()).isCloseTo(expected.parameters(), within(relative * expected.parameters()));
        assertThat(actual.tokens()).isCloseTo(expected.tokens(), within(relative * expected.tokens()));
    }
}
