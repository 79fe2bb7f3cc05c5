package io.transformer4j.search;

import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.pipelines.WordSpans;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Embeds as a checkpoint wants it ({@link SentencePooling}). Its identity is a hash of all files that decide the vectors: the same model
 * in another place is the same, a fine-tuned one isn't. Thread-safe.
 */
public final class ModelEmbedder implements Embedder, AutoCloseable {
    private static final int FOLDERS = 2; // pooling has one of its own

    private final FeatureExtractionPipeline pipeline;
    private final SentencePooling pooling;
    private final String identity;

    private ModelEmbedder(FeatureExtractionPipeline pipeline, SentencePooling pooling, String identity) {
        this.pipeline = pipeline;
        this.pooling = pooling;
        this.identity = identity;
    }

    /**
     * Opens a model.
     *
     * @param folder checkpoint with a tokenizer
     * @throws io.transformer4j.checkpoint.CheckpointException if there is none, or it wants a pooling that isn't supported
     */
    public static ModelEmbedder open(Path folder, PipelineOptions options) {
        SentencePooling pooling = SentencePooling.read(folder);
        // Pieces that begin or end inside a word may have a token more than the whole had.
        PipelineOptions cutting = new PipelineOptions(
                options.device(), options.threads(), options.precision(), options.quantization(), true);
        FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(folder, cutting);
        try {
            return new ModelEmbedder(pipeline, pooling, identity(folder));
        } catch (IOException e) {
            pipeline.close();
            throw new UncheckedIOException(e);
        }
    }

    private static String identity(Path folder) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder, FOLDERS)) {
            files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> FileSelection.MODEL.names().matcher(name).matches()
                            && !name.equals("generation_config.json"))
                    .forEach(names::add);
        }
        try (CheckpointReader weights = CheckpointReader.open(folder)) {
            for (String tensor : weights.names()) {
                names.add(folder.relativize(weights.fileOf(tensor)).toString());
            }
        }
        MessageDigest digest = FileHash.sha256();
        try (DigestOutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            for (String name : names) {
                Path file = folder.resolve(name);
                sink.write((name + "\n" + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
                try (InputStream content = Files.newInputStream(file)) {
                    content.transferTo(sink);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
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
        return pipeline.embed(texts, pooling.pooling(), true);
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
