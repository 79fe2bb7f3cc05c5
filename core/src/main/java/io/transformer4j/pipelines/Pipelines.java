package io.transformer4j.pipelines;

import java.nio.file.Path;

/**
 * Opens pipelines from checkpoint folders: {@code config.json}, weights and tokenizer files, as Hugging Face writes them.
 *
 * <p>All methods throw {@link io.transformer4j.checkpoint.CheckpointException} if the folder has no model that fits, and
 * {@link io.transformer4j.tokenizers.text.TokenizerException} if it has no tokenizer.
 */
public final class Pipelines {
    private Pipelines() {}

    /** Fills masks with a masked-language model, by {@link PipelineOptions#DEFAULT}. */
    public static FillMaskPipeline fillMask(Path folder) {
        return fillMask(folder, PipelineOptions.DEFAULT);
    }

    /** Fills masks with a masked-language model. */
    public static FillMaskPipeline fillMask(Path folder, PipelineOptions options) {
        return new FillMaskPipeline(folder, options);
    }

    /** Continues texts with a causal language model, by {@link PipelineOptions#DEFAULT}. */
    public static TextGenerationPipeline textGeneration(Path folder) {
        return textGeneration(folder, PipelineOptions.DEFAULT);
    }

    /** Continues texts with a causal language model. */
    public static TextGenerationPipeline textGeneration(Path folder, PipelineOptions options) {
        return new TextGenerationPipeline(folder, options);
    }

    /** Makes vectors of tokens, words and texts with any model's body, by {@link PipelineOptions#DEFAULT}. */
    public static FeatureExtractionPipeline featureExtraction(Path folder) {
        return featureExtraction(folder, PipelineOptions.DEFAULT);
    }

    /** Makes vectors of tokens, words and texts with any model's body. */
    public static FeatureExtractionPipeline featureExtraction(Path folder, PipelineOptions options) {
        return new FeatureExtractionPipeline(folder, options);
    }
}
