/**
 * BERT encoders from ONNX graphs: their weights, and the configuration that their shapes and constants imply, become an ordinary
 * model folder of Hugging Face's layout. Four embedding models that are on Maven Central as such graphs are known by name.
 *
 * <pre>{@code
 * BertImporter.importFile(Path.of("model.onnx"), Tokenizer.load(Path.of("tokenizer.json")), SentencePooling.DEFAULT, folder);
 * try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction("minilm")) { // from the artifact on the class path
 *     float[] vector = pipeline.embed("some text");
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.onnx;

import org.jspecify.annotations.NullMarked;
