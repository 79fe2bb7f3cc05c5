package io.transformer4j.cli;

import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.TextGenerationPipeline;
import io.transformer4j.pretraining.Objective;
import io.transformer4j.pretraining.PretrainingSettings;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.training.LearningRateSchedule;
import io.transformer4j.training.TrainingArguments;
import java.util.List;
import org.bytedeco.pytorch.Device;

/** Byte-level BPE, decoder, next tokens: GPT in two minutes. */
final class GptDemo {
    private static final int VOCABULARY = 4000;
    private static final int MAX_LENGTH = 64;
    private static final List<String> PROMPTS =
            List.of("Returns the number of", "This class is used to", "If the file");

    private final DemoRun run;

    GptDemo(DemoRun run) {
        this.run = run;
    }

    void show(long steps, long seed, Device device, PipelineOptions options) {
        run.say("%n== GPT: byte-level BPE vocabulary, decoder, next tokens ==");
        Tokenizer tokenizer = BpeTrainer.builder()
                .vocabSize(VOCABULARY)
                .build()
                .train(List.of(run.corpus().train()), ProgressListener.NONE);
        run.say(
                "byte-level BPE vocabulary of %,d; for example: %s",
                tokenizer.vocabSize(),
                String.join(
                        " ",
                        tokenizer
                                .encode("Returns an unmodifiable view of the underlying byte buffer.")
                                .tokens()));

        PretrainingSettings settings = PretrainingSettings.of(Objective.CLM).with(s -> s.maxLength(MAX_LENGTH));
        DemoRun.Tokens tokens = run.tokenize(tokenizer, settings);
        GPT2Config config = GPT2Config.SMALL.with(c -> c.vocabSize(tokenizer.vocabSize())
                .nPositions(MAX_LENGTH)
                .nEmbd(128)
                .nLayer(3)
                .nHead(4)
                .residPdrop(0)
                .embdPdrop(0)
                .attnPdrop(0)
                .initializerRange(0.08)
                .eosTokenId(
                        tokenizer.eosTokenId().isPresent()
                                ? tokenizer.eosTokenId().getAsInt()
                                : null));
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(a -> a.maxSteps(steps)
                .batchSize(16)
                .learningRate(2e-3)
                .lrScheduler(LearningRateSchedule.COSINE)
                .warmupSteps(Math.min(100, steps / 10))
                .adamBeta2(0.99)
                .loggingSteps(20)
                .evalSteps(Math.max(1, steps / 5))
                .evalBatches(60)
                .seed(seed));
        try (GPT2LMHeadModel model = new GPT2LMHeadModel(config)) {
            model.initializeWeights(seed, device);
            run.train(model, tokenizer, tokens, settings, arguments);
        }
        continueTexts(seed, options);
        run.say(
                "%nSaved: %s (Hugging Face folder), loss curve %s",
                run.folder(), run.folder().resolve("loss.png"));
    }

    private void continueTexts(long seed, PipelineOptions options) {
        run.say("%nContinuations:");
        try (TextGenerationPipeline pipeline = Pipelines.textGeneration(run.folder(), options)) {
            GenerationConfig config = pipeline.defaults()
                    .with(c -> c.maxNewTokens(40)
                            .doSample(true)
                            .temperature(0.7)
                            .topK(40)
                            .seed(seed));
            for (String prompt : PROMPTS) {
                run.say(
                        "  %s|%s",
                        prompt, pipeline.generate(prompt, config).text().replace("\n", " "));
            }
        }
    }
}
