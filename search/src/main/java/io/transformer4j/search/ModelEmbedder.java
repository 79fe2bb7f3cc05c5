package io.transformer4j.search;

import io.transformer4j.models.auto.ModelIdentity;
import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.pipelines.WordSpans;
import java.nio.file.Path;
import java.util.List;

/**
 * Embeds as a checkpoint wants it ({@link SentencePooling}). Its identity is a hash of all files that decide the vectors: the same model
 * in another place is the same, a fine-tuned one isn't. Thread-safe.
 */
public final class ModelEmbedder implements Embedder, AutoCloseable {
    private final FeatureExtractionPipeline pipeline;
    private final String identity;

    private ModelEmbedder(FeatureExtractionPipeline pipeline, String identity) {
        this.pipeline = pipeline;
        this.identity = identity;
    }

    /**
     * Opens a model.
     *
     * @param folder checkpoint with a tokenizer
     * @throws io.transformer4j.checkpoint.CheckpointException if there is none, or it wants a pooling that isn't supported
     */
    public static ModelEmbedder open(Path folder, PipelineOptions options) {
        // Pieces that begin or end inside a word may have a token more than the whole had.
        FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(folder, options.with(o -> o.truncation(true)));
        try {
            pipeline.pooling(); // refused now if it isn't supported
            return new ModelEmbedder(pipeline, ModelIdentity.of(folder));
        } catch (RuntimeException e) {
            pipeline.close();
            throw e;
        }
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public int dimension() {
        return pipeline.dimension();
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return pipeline.embed(texts, pipeline.pooling().pooling(), true);
    }

    @Override
    public List<List<WordSpans.Span>> pieces(List<String> texts) {
        return pipeline.pieces(texts);
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
