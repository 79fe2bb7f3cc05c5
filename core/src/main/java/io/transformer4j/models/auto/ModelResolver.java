package io.transformer4j.models.auto;

import io.transformer4j.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of a model by what a user calls it: a path, or a name that a hub knows. */
@FunctionalInterface
public interface ModelResolver {
    /** Takes names for paths and knows no hub. */
    ModelResolver LOCAL = name -> {
        Path folder = Path.of(name);
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(folder, "is not a folder with a model");
        }
        return folder;
    };

    /**
     * The folder with {@code config.json} and weights, which is fetched first if need be.
     *
     * @throws CheckpointException if there is no such model
     */
    Path resolve(String name);
}
