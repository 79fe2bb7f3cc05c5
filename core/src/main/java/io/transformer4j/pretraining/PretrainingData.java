package io.transformer4j.pretraining;

import io.transformer4j.data.CausalLmDataset;
import io.transformer4j.data.Corpus;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.DataCollatorForLanguageModeling;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.MlmDataset;
import io.transformer4j.data.RandomWindowDataset;
import io.transformer4j.data.SentencePairDataset;
import io.transformer4j.data.SpecialTokens;
import io.transformer4j.data.TextEncoder;
import io.transformer4j.data.TokenCache;
import io.transformer4j.data.TokenCacheBuilder;
import io.transformer4j.data.TokenStream;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Training and validation examples of one corpus, which share no text.
 *
 * @param collator for both; masks differ from epoch to epoch in training and are always the same in validation
 * @param trainTokens tokens in the training part
 */
public record PretrainingData(Dataset train, Dataset validation, DataCollator collator, long trainTokens) {

    /** As {@link #prepare(Corpus, Tokenizer, PretrainingSettings, Path, long, Consumer)}, silently. */
    public static PretrainingData prepare(
            Corpus corpus, Tokenizer tokenizer, PretrainingSettings settings, Path cacheFolder, long seed) {
        return prepare(corpus, tokenizer, settings, cacheFolder, seed, progress -> {});
    }

    /**
     * Tokenizes a corpus, or takes the tokens from {@code cacheFolder} if they are there already, and cuts examples.
     *
     * @throws io.transformer4j.data.DataException if the corpus can't be read or is too small for the settings
     * @throws IllegalArgumentException if the tokenizer lacks a special token that the objective needs
     */
    public static PretrainingData prepare(
            Corpus corpus,
            Tokenizer tokenizer,
            PretrainingSettings settings,
            Path cacheFolder,
            long seed,
            Consumer<TokenCacheBuilder.Progress> progress) {
        TextEncoder encoder = TextEncoder.of(tokenizer);
        TokenCacheBuilder builder = TokenCacheBuilder.of(corpus, encoder).progress(progress);
        boolean oneDocument = settings.objective() == Objective.CLM && corpus.isOneDocument();
        if (settings.splitByPosition() || oneDocument) {
            TokenCache cache = builder.openOrBuild(cacheFolder.resolve("corpus.tokens"));
            TokenStream stream = TokenStream.of(cache, encoder.specialTokens().eos());
            long border = Math.round(stream.length() * (1 - settings.validationFraction()));
            return new PretrainingData(
                    causal(stream.slice(0, border), settings, seed, settings.randomWindows()),
                    causal(stream.slice(border, stream.length()), settings, seed, false),
                    DataCollator.DEFAULT,
                    border);
        }
        TokenCacheBuilder.Split split = builder.openOrBuildSplit(
                cacheFolder.resolve("train.tokens"),
                cacheFolder.resolve("validation.tokens"),
                settings.validationFraction());
        return of(split.train(), split.validation(), encoder, settings, seed);
    }

    /** Examples of two token caches that were made by {@code encoder}. */
    public static PretrainingData of(
            TokenCache train, TokenCache validation, TextEncoder encoder, PretrainingSettings settings, long seed) {
        DataCollator collator = settings.objective() == Objective.CLM
                ? DataCollator.DEFAULT
                : new DataCollatorForLanguageModeling(encoder, settings.mlmProbability(), settings.wholeWords(), seed);
        return new PretrainingData(
                dataset(train, encoder.specialTokens(), settings, seed, settings.randomWindows()),
                dataset(validation, encoder.specialTokens(), settings, seed, false),
                collator,
                train.tokens());
    }

    private static Dataset dataset(
            TokenCache cache, SpecialTokens special, PretrainingSettings settings, long seed, boolean randomWindows) {
        return switch (settings.objective()) {
            case MLM -> new MlmDataset(cache, special, settings.maxLength(), settings.packing());
            case MLM_NSP -> new SentencePairDataset(cache, special, settings.maxLength(), seed);
            case CLM -> causal(TokenStream.of(cache, special.eos()), settings, seed, randomWindows);
        };
    }

    private static Dataset causal(TokenStream stream, PretrainingSettings settings, long seed, boolean randomWindows) {
        return randomWindows
                ? new RandomWindowDataset(stream, settings.maxLength(), seed)
                : new CausalLmDataset(stream, settings.maxLength());
    }
}
