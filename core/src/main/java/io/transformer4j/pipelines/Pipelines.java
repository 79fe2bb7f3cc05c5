package io.transformer4j.pipelines;

import io.transformer4j.hub.ModelResolver;
import java.nio.file.Path;

/**
 * Opens pipelines from checkpoint folders: {@code config.json}, weights and tokenizer files, as Hugging Face writes them. Where a
 * name is given instead of a folder, it may be a path, a built-in name or an id of the hub ({@link ModelResolver#standard()}).
 *
 * <p>All methods throw {@link io.transformer4j.checkpoint.CheckpointException} if the folder has no model that fits, {@link
 * io.transformer4j.tokenizers.text.TokenizerException} if it has no tokenizer, and {@link io.transformer4j.hub.HubException} if a
 * name is that of no model.
 */
public final class Pipelines {
    private Pipelines() {}

    /** Fills masks with a masked-language model that is found by its name, by {@link PipelineOptions#DEFAULT}. */
    public static FillMaskPipeline fillMask(String name) {
        return fillMask(ModelResolver.standard().resolve(name));
    }

    /** Fills masks with a masked-language model, by {@link PipelineOptions#DEFAULT}. */
    public static FillMaskPipeline fillMask(Path folder) {
        return fillMask(folder, PipelineOptions.DEFAULT);
    }

    /** Fills masks with a masked-language model. */
    public static FillMaskPipeline fillMask(Path folder, PipelineOptions options) {
        return new FillMaskPipeline(folder, options);
    }

    /** Continues texts with a causal language model that is found by its name, by {@link PipelineOptions#DEFAULT}. */
    public static TextGenerationPipeline textGeneration(String name) {
        return textGeneration(ModelResolver.standard().resolve(name));
    }

    /** Continues texts with a causal language model, by {@link PipelineOptions#DEFAULT}. */
    public static TextGenerationPipeline textGeneration(Path folder) {
        return textGeneration(folder, PipelineOptions.DEFAULT);
    }

    /** Continues texts with a causal language model. */
    public static TextGenerationPipeline textGeneration(Path folder, PipelineOptions options) {
        return new TextGenerationPipeline(folder, options);
    }

    /** Makes vectors of tokens, words and texts with the body of any model that is found by its name, by {@link PipelineOptions#DEFAULT}. */
    public static FeatureExtractionPipeline featureExtraction(String name) {
        return featureExtraction(ModelResolver.standard().resolve(name));
    }

    /** Makes vectors of tokens, words and texts with any model's body, by {@link PipelineOptions#DEFAULT}. */
    public static FeatureExtractionPipeline featureExtraction(Path folder) {
        return featureExtraction(folder, PipelineOptions.DEFAULT);
    }

    /** Makes vectors of tokens, words and texts with any model's body. */
    public static FeatureExtractionPipeline featureExtraction(Path folder, PipelineOptions options) {
        return new FeatureExtractionPipeline(folder, options);
    }

    /** Translates with an encoder–decoder model, by {@link PipelineOptions#DEFAULT}. */
    public static TranslationPipeline translation(Path folder) {
        return translation(folder, PipelineOptions.DEFAULT);
    }

    /** Translates with an encoder–decoder model. */
    public static TranslationPipeline translation(Path folder, PipelineOptions options) {
        return new TranslationPipeline(folder, options);
    }

    /** Summarizes with an encoder–decoder model, by {@link PipelineOptions#DEFAULT}. */
    public static SummarizationPipeline summarization(Path folder) {
        return summarization(folder, PipelineOptions.DEFAULT);
    }

    /** Summarizes with an encoder–decoder model. */
    public static SummarizationPipeline summarization(Path folder, PipelineOptions options) {
        return new SummarizationPipeline(folder, options);
    }

    /** Classifies texts, or gives numbers for them, with a sequence classifier, by {@link PipelineOptions#DEFAULT}. */
    public static TextClassificationPipeline textClassification(Path folder) {
        return textClassification(folder, PipelineOptions.DEFAULT);
    }

    /** Classifies texts, or gives numbers for them, with a sequence classifier. */
    public static TextClassificationPipeline textClassification(Path folder, PipelineOptions options) {
        return new TextClassificationPipeline(folder, options);
    }

    /** Finds entities in texts with a token classifier, by {@link PipelineOptions#DEFAULT}. */
    public static TokenClassificationPipeline tokenClassification(Path folder) {
        return tokenClassification(folder, PipelineOptions.DEFAULT);
    }

    /** Finds entities in texts with a token classifier. */
    public static TokenClassificationPipeline tokenClassification(Path folder, PipelineOptions options) {
        return new TokenClassificationPipeline(folder, options);
    }

    /** Finds answers in texts with a model that points at spans, by {@link PipelineOptions#DEFAULT}. */
    public static QuestionAnsweringPipeline questionAnswering(Path folder) {
        return questionAnswering(folder, PipelineOptions.DEFAULT);
    }

    /** Finds answers in texts with a model that points at spans. */
    public static QuestionAnsweringPipeline questionAnswering(Path folder, PipelineOptions options) {
        return new QuestionAnsweringPipeline(folder, options);
    }

    /** Compares texts by their vectors, by {@link PipelineOptions#DEFAULT}. */
    public static SentenceSimilarityPipeline sentenceSimilarity(Path folder) {
        return sentenceSimilarity(folder, PipelineOptions.DEFAULT);
    }

    /** Compares texts by their vectors. */
    public static SentenceSimilarityPipeline sentenceSimilarity(Path folder, PipelineOptions options) {
        return new SentenceSimilarityPipeline(folder, options);
    }

    /** Classifies texts by labels never learnt, with a model of entailment, by {@link PipelineOptions#DEFAULT}. */
    public static ZeroShotClassificationPipeline zeroShotClassification(Path folder) {
        return zeroShotClassification(folder, PipelineOptions.DEFAULT);
    }

    /** Classifies texts by labels never learnt, with a model of entailment. */
    public static ZeroShotClassificationPipeline zeroShotClassification(Path folder, PipelineOptions options) {
        return new ZeroShotClassificationPipeline(folder, options);
    }
}
