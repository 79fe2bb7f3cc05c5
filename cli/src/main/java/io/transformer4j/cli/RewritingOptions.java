package io.transformer4j.cli;

import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.GenerationConfig.EarlyStopping;
import io.transformer4j.generation.GenerationConfig.LengthNormalization;
import io.transformer4j.pipelines.LongTexts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that lets an encoder–decoder write; what isn't given is as the checkpoint says. */
public final class RewritingOptions {
    @Option(names = "--num-beams", paramLabel = "N", description = "Hypotheses of the beam search; 1 is greedy.")
    private @Nullable Integer numBeams;

    @Option(names = "--n-best", paramLabel = "N", description = "Answers to each text, the best first.")
    private @Nullable Integer nBest;

    @Option(names = "--length-penalty", paramLabel = "R", description = "Above 0, long answers gain.")
    private @Nullable Double lengthPenalty;

    @Option(
            names = "--length-normalization",
            paramLabel = "KIND",
            description = "length (as in HF) or gnmt (Wu et al. 2016).")
    private @Nullable LengthNormalization lengthNormalization;

    @Option(
            names = "--early-stopping",
            paramLabel = "WHEN",
            description = "true (as soon as N have ended), false (when no better one is likely) or never (possible).")
    private @Nullable EarlyStopping earlyStopping;

    @Option(names = "--no-repeat-ngram-size", paramLabel = "N", description = "No N tokens in a row come twice.")
    private @Nullable Integer noRepeatNgramSize;

    @Option(names = "--min-new-tokens", paramLabel = "N", description = "Fewest tokens of an answer.")
    private @Nullable Integer minNewTokens;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Most tokens of an answer.")
    private @Nullable Integer maxNewTokens;

    @Option(
            names = "--long-texts",
            paramLabel = "WHAT",
            defaultValue = "truncate",
            description =
                    "What happens to texts with more tokens than the model has positions: truncate, split (at the ends"
                            + " of sentences) or refuse (default: ${DEFAULT-VALUE}).")
    private LongTexts longTexts = LongTexts.TRUNCATE;

    /** What happens to texts that are too long. */
    LongTexts longTexts() {
        return longTexts;
    }

    /** How to write: {@code defaults} but for the options that were given. */
    GenerationConfig config(GenerationConfig defaults) {
        int count = or(nBest, nBest == null && numBeams != null ? 1 : defaults.numReturnSequences());
        int beams = numBeams == null ? Math.max(count, defaults.numBeams()) : numBeams;
        return defaults.with(c -> c.numBeams(beams)
                .numReturnSequences(count)
                .doSample(beams == 1 && defaults.doSample())
                .lengthPenalty(or(lengthPenalty, defaults.lengthPenalty()))
                .lengthNormalization(or(lengthNormalization, defaults.lengthNormalization()))
                .earlyStopping(or(earlyStopping, defaults.earlyStopping()))
                .noRepeatNgramSize(or(noRepeatNgramSize, defaults.noRepeatNgramSize()))
                .minNewTokens(or(minNewTokens, defaults.minNewTokens()))
                .maxNewTokens(or(maxNewTokens, defaults.maxNewTokens())));
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }
}
