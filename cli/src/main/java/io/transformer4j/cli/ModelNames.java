package io.transformer4j.cli;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.hub.ModelResolver;
import io.transformer4j.onnx.BuiltInModels;
import io.transformer4j.progress.ProgressListener;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all commands take for a model: a folder, a built-in name or an id of the hub. Downloads show a progress bar. */
final class ModelNames {
    /** For the help of an option or a parameter. */
    static final String DESCRIPTION =
            "Checkpoint folder, built-in name (minilm, bge-small-en, bge-small-zh, e5-small), or id"
                    + " of the hub (org/name[@revision])";

    private ModelNames() {}

    /** The folder with all that using the model needs. */
    static Path resolve(String name) {
        return resolve(name, FileSelection.MODEL);
    }

    /** The folder with the wanted files. */
    static Path resolve(String name, FileSelection files) {
        try (DownloadDisplay progress = new DownloadDisplay()) {
            return ModelResolver.of(List.of(new BuiltInModels(new ModelArtifacts()), ModelResolver.hub(progress)))
                    .resolve(name, files);
        }
    }

    /** A progress bar that appears when there is something to download. */
    private static final class DownloadDisplay implements ProgressListener, AutoCloseable {
        private @Nullable ProgressDisplay display;

        @Override
        public void update(long done, long total, String message) {
            if (display == null) {
                display = ProgressDisplay.start("downloading (bytes)", total);
            }
            display.update(done, total, message);
        }

        @Override
        public void close() {
            if (display != null) {
                display.close();
            }
        }
    }
}
