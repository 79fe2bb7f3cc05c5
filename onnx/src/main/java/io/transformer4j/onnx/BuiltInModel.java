package io.transformer4j.onnx;

import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;

/**
 * An embedding model that has a name here because its weights are on Maven Central: an ONNX graph and a {@code tokenizer.json} in an
 * artifact of langchain4j, of which nothing else is used.
 */
public enum BuiltInModel {
    /** Sentences in English; 6 layers, 384 dimensions. */
    MINILM(
            "minilm",
            "all-minilm-l6-v2",
            "all-minilm-l6-v2",
            "sentence-transformers/all-MiniLM-L6-v2",
            Pooling.MEAN,
            256),
    /** English; 12 layers, 384 dimensions. */
    BGE_SMALL_EN("bge-small-en", "bge-small-en-v15", "bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", Pooling.CLS, 512),
    /** Chinese; 4 layers, 512 dimensions. */
    BGE_SMALL_ZH("bge-small-zh", "bge-small-zh-v15", "bge-small-zh-v1.5", "BAAI/bge-small-zh-v1.5", Pooling.CLS, 512),
    /** English; 12 layers, 384 dimensions; its texts begin with {@code query:} or {@code passage:}. */
    E5_SMALL("e5-small", "e5-small-v2", "e5-small-v2", "intfloat/e5-small-v2", Pooling.MEAN, 512);

    private static final String GROUP = "dev.langchain4j";
    private static final String VERSIONS = "models.properties";

    private final String modelName;
    private final String artifact;
    private final String resource;
    private final String origin;
    private final SentencePooling pooling;

    BuiltInModel(String modelName, String artifact, String resource, String origin, Pooling pooling, int maxLength) {
        this.modelName = modelName;
        this.artifact = "langchain4j-embeddings-" + artifact;
        this.resource = resource;
        this.origin = origin;
        this.pooling = new SentencePooling(pooling, true, maxLength);
    }

    /** The model called {@code name}. */
    public static Optional<BuiltInModel> byName(String name) {
        return Arrays.stream(values())
                .filter(model -> model.modelName.equals(name))
                .findFirst();
    }

    /** What commands call it, such as {@code minilm}. */
    public String modelName() {
        return modelName;
    }

    /** Maven's coordinates of the artifact, {@code group:artifact:version}. */
    public String coordinates() {
        return GROUP + ":" + artifact + ":" + version();
    }

    String version() {
        Properties versions = new Properties();
        try (InputStream in = BuiltInModel.class.getResourceAsStream(VERSIONS)) {
            versions.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions.getProperty(modelName, versions.getProperty("default"));
    }

    /** The graph's place in the artifact. */
    String graphResource() {
        return resource + ".onnx";
    }

    /** The tokenizer's place in the artifact. */
    String tokenizerResource() {
        return resource + "-tokenizer.json";
    }

    SentencePooling pooling() {
        return pooling;
    }

    /** Text of the imported folder's README.md. */
    String card() {
        return """
                ---
                library_name: sentence-transformers
                pipeline_tag: sentence-similarity
                base_model: %1$s
                tags:
                - bert
                - transformer4j
                ---

                # %2$s

                The weights of [%1$s](https://huggingface.co/%1$s), imported by Transformer4j from the ONNX graph in the Maven artifact
                `%3$s`, whose POM declares the Apache License 2.0. Licence and conditions of the original model apply.

                ```
                t4j embed %2$s "some text"
                ```

                ```java
                FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(Path.of("this-folder"));
                float[] vector = pipeline.embed("some text");
                ```

                ```python
                from sentence_transformers import SentenceTransformer
                model = SentenceTransformer("this-folder")
                ```
                """.formatted(origin, modelName, coordinates());
    }
}
