package io.transformer4j.hub;

import io.transformer4j.progress.ProgressListener;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The one way in which what users call a model becomes its folder: a path, a built-in name, or an id of the hub ({@code
 * org/name@revision}), in this order.
 */
@FunctionalInterface
public interface ModelResolver {
    /** Takes names for paths and knows nothing else. */
    ModelResolver LOCAL = of(List.of());

    /**
     * The folder with the wanted files, which are fetched first if need be; for a path, the file or folder that is there.
     *
     * @throws HubException if there is no such model
     */
    Path resolve(String name, FileSelection files);

    /** The folder with all that loading and using the model needs. */
    default Path resolve(String name) {
        return resolve(name, FileSelection.MODEL);
    }

    /** Paths, then the models of all {@link ModelSource}s on the class path, then the hub that the environment names. */
    static ModelResolver standard() {
        return standard(ProgressListener.NONE);
    }

    /** As {@link #standard()}, and tells how far downloads are. */
    static ModelResolver standard(ProgressListener progress) {
        List<ModelSource> sources = new ArrayList<>();
        ServiceLoader.load(ModelSource.class).forEach(sources::add);
        sources.add(hub(progress));
        return of(sources);
    }

    /** Paths, then what the sources know, the first one first. */
    static ModelResolver of(List<ModelSource> sources) {
        List<ModelSource> all = List.copyOf(sources);
        return (name, files) -> {
            List<ModelSource> asked = isPlainlyPath(name) ? List.of() : all;
            return existing(name)
                    .or(() -> asked.stream()
                            .flatMap(source -> source.find(name, files).stream())
                            .findFirst())
                    .orElseThrow(() -> new HubException(name + " is not a folder with a model"
                            + (asked.isEmpty() ? "" : ", nor a built-in name, nor an id of the hub such as org/name")));
        };
    }

    /** The hub that the environment names; it is asked for nothing before the first model. */
    static ModelSource hub(ProgressListener progress) {
        return (name, files) -> RepositoryId.recognize(name).map(id -> {
            try {
                return new HubClient(HubOptions.fromEnvironment()).fetch(id, files, progress);
            } catch (HubException e) {
                if (name.contains("/")) {
                    throw e;
                }
                // Whoever writes a single word may have meant a folder.
                throw new HubException("there is no folder " + name + ", and " + e.getMessage(), e);
            }
        });
    }

    private static Optional<Path> existing(String name) {
        try {
            return Optional.of(Path.of(name)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether somebody who writes this means a path, so that a missing folder is not looked for on the hub. */
    private static boolean isPlainlyPath(String name) {
        return name.startsWith(".")
                || name.startsWith("/")
                || name.startsWith("~")
                || name.endsWith("/")
                || name.indexOf('\\') >= 0
                || (name.indexOf('@') < 0 && name.chars().filter(c -> c == '/').count() > 1);
    }
}
