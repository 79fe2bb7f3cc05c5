package io.transformer4j.cli;

import io.transformer4j.data.Corpus;
import io.transformer4j.data.TextEncoder;
import io.transformer4j.data.TokenCache;
import io.transformer4j.data.TokenCacheBuilder;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.pretraining.PretrainingData;
import io.transformer4j.pretraining.PretrainingSettings;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.RunLogger;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What both halves of the demo do alike: tokenize the corpus, train, and compare before with after. */
final class DemoRun {
    private final DemoCorpus corpus;
    private final Path folder;
    private final ComputePool pool;
    private final PrintWriter out;

    DemoRun(DemoCorpus corpus, Path folder, ComputePool pool, PrintWriter out) {
        this.corpus = corpus;
        this.folder = folder;
        this.pool = pool;
        this.out = out;
    }

    /** Tokenized texts of both parts. */
    record Tokens(TokenCache train, TokenCache heldOut, TextEncoder encoder) {
        /** Share of the held-out tokens that are the most frequent one: what guessing it always would score. */
        double majorityShare() {
            long[] counts = new long[encoder.vocabSize()];
            for (long i = 0; i < heldOut.tokens(); i++) {
                counts[heldOut.token(i)]++;
            }
            return (double) java.util.Arrays.stream(counts).max().orElse(0) / heldOut.tokens();
        }
    }

    Tokens tokenize(Tokenizer tokenizer, PretrainingSettings settings) {
        TextEncoder encoder = TextEncoder.of(tokenizer);
        return new Tokens(
                cache(corpus.train(), encoder, settings, "train.tokens"),
                cache(corpus.heldOut(), encoder, settings, "held-out.tokens"),
                encoder);
    }

    private TokenCache cache(Path text, TextEncoder encoder, PretrainingSettings settings, String name) {
        Corpus source = Corpus.of(
                List.of(text.toString()), settings.objective().corpusOptions().build());
        return TokenCacheBuilder.of(source, encoder)
                .openOrBuild(folder.resolve("cache").resolve(name));
    }

    /** Trains and saves {@code model}, telling the held-out figures before and after. */
    Map<String, Double> train(
            TrainableModel model,
            Tokenizer tokenizer,
            Tokens tokens,
            PretrainingSettings settings,
            TrainingArguments arguments) {
        PretrainingData data =
                PretrainingData.of(tokens.train(), tokens.heldOut(), tokens.encoder(), settings, arguments.seed());
        try (RunLogger logger = new RunLogger(folder, model.architecture() + " of the demo");
                TrainingDisplay display = new TrainingDisplay("training");
                Trainer trainer = Trainer.builder(model, arguments)
                        .pool(pool)
                        .trainData(data.train(), data.collator())
                        .evalData(data.validation(), data.collator())
                        .outputFolder(folder)
                        .companions(tokenizer::save)
                        .callback(logger)
                        .callback(display)
                        .build();
                GracefulStop stop = new GracefulStop(trainer, "the demo starts anew next time")) {
            say(
                    "%s: %,d parameters, %,d training tokens, %d threads",
                    model.architecture(), model.numParameters(), data.trainTokens(), pool.workers());
            say("before training: %s", TrainingDisplay.describe(trainer.evaluate()));
            TrainerState state = trainer.train();
            display.close();
            Map<String, Double> after = trainer.evaluate();
            say("after %,d steps: %s", state.globalStep(), TrainingDisplay.describe(after));
            say(
                    "%,d tokens in %,.0f s: %,.0f tokens/s",
                    state.tokens(), state.trainSeconds(), state.tokens() / state.trainSeconds());
            return after;
        }
    }

    /** Prints a line. */
    void say(String format, Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
        out.flush();
    }

    Path folder() {
        return folder;
    }

    DemoCorpus corpus() {
        return corpus;
    }
}
