package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.generation.TokenListener;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Device;

/**
 * Continues texts (HF's pipeline {@code text-generation}). Thread-safe.
 *
 * <pre>{@code
 * try (TextGenerationPipeline pipeline = Pipelines.textGeneration(Path.of("my-gpt2"))) {
 *     GenerationConfig config = pipeline.defaults().with(c -> c.maxNewTokens(40).doSample(true).topP(0.9));
 *     Generation story = pipeline.generate("Once upon a time", config);
 * }
 * }</pre>
 */
public final class TextGenerationPipeline implements AutoCloseable {
    private final PipelineRuntime<PretrainedModel> runtime;
    private final TextGenerator generator;
    private final GenerationConfig defaults;

    TextGenerationPipeline(Path folder, PipelineOptions options) {
        defaults = GenerationConfig.load(folder);
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, device));
        generator = new TextGenerator(
                (CausalLanguageModel) runtime.model(), runtime.tokenizer(), runtime.pool(), runtime.precision());
    }

    private static PretrainedModel load(Path folder, Device device) {
        PretrainedModel model = Models.load(folder, device);
        if (model instanceof CausalLanguageModel) {
            return model;
        }
        model.close();
        throw new CheckpointException(
                folder, "is a " + model.architecture() + ", which has no language-model head to continue texts with");
    }

    /** What the checkpoint's {@code generation_config.json} asks for. */
    public GenerationConfig defaults() {
        return defaults;
    }

    /** Continues one text. */
    public Generation generate(String prompt, GenerationConfig config) {
        return generate(List.of(prompt), config, TokenListener.NONE).get(0);
    }

    /**
     * Continues several texts at once. An empty text starts from the tokenizer's token for the start of a text.
     *
     * @param listener hears of each token at once
     * @return in the order of the texts
     * @throws IllegalArgumentException if a text fills all positions of the model, or is empty and the tokenizer has no
     *     token to start from
     */
    public List<Generation> generate(List<String> prompts, GenerationConfig config, TokenListener listener) {
        return generator.generate(prompts.stream().map(this::ids).toList(), config, listener);
    }

    private int[] ids(String prompt) {
        Tokenizer tokenizer = runtime.tokenizer();
        int[] ids = tokenizer.encodeToIds(prompt, false);
        if (ids.length > 0) {
            return ids;
        }
        OptionalInt start = tokenizer.bosTokenId().isPresent() ? tokenizer.bosTokenId() : tokenizer.eosTokenId();
        return new int[] {
            start.orElseThrow(() -> new IllegalArgumentException(
                    "the prompt is empty, and the tokenizer has no token to start from: give at least one word"))
        };
    }

    @Override
    public void close() {
        runtime.close();
    }
}
