/**
 * Text in, typed result out: a checkpoint folder becomes something that fills masks, continues texts or makes vectors.
 *
 * <p>{@link io.transformer4j.pipelines.Pipelines} opens them. All are thread-safe and own native memory: close them.
 *
 * <pre>{@code
 * try (FillMaskPipeline pipeline = Pipelines.fillMask(Path.of("my-bert"))) {
 *     FillMaskResult result = pipeline.fill("Paris is the [MASK] of France.", 5);
 *     result.masks().get(0).candidates().forEach(c -> show(c.token(), c.score(), c.sequence()));
 * }
 *
 * try (TextGenerationPipeline pipeline = Pipelines.textGeneration(Path.of("my-gpt2"))) {
 *     GenerationConfig config = pipeline.defaults().with(c -> c.maxNewTokens(40).doSample(true).topP(0.9));
 *     pipeline.generate(List.of("Once upon a time"), config, (prompt, id, text) -> show(text));
 * }
 *
 * try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(Path.of("all-MiniLM-L6-v2"))) {
 *     List<float[]> vectors = pipeline.embed(List.of("A cat sits.", "A dog runs."), Pooling.MEAN, true);
 *     NearestNeighbours<String> index = NearestNeighbours.of(List.of("A cat sits.", "A dog runs."), vectors);
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.pipelines;

import org.jspecify.annotations.NullMarked;
