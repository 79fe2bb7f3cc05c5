package io.transformer4j.hub;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A place that knows models by name. Modules add places by providing this service ({@link java.util.ServiceLoader}).
 */
@FunctionalInterface
public interface ModelSource {
    /**
     * The folder of the model called {@code name} with at least the wanted files, brought there first if need be; empty if the
     * name isn't one of this place.
     *
     * @throws RuntimeException in one sentence if the name is one of this place but the model can't be had
     */
    Optional<Path> find(String name, FileSelection files);
}
