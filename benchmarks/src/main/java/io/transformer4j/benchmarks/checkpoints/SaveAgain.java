package io.transformer4j.benchmarks.checkpoints;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Loads every model folder below one folder and saves it below another, for another implementation to load. */
public final class SaveAgain {
    private SaveAgain() {}

    /** Arguments: the folder with model folders, and the folder to write. */
    public static void main(String[] args) throws IOException {
        Path target = Path.of(args[1]);
        List<Path> folders;
        try (Stream<Path> children = Files.list(Path.of(args[0]))) {
            folders = children.filter(folder -> Files.exists(folder.resolve(Models.CONFIG_NAME)))
                    .sorted()
                    .toList();
        }
        for (Path folder : folders) {
            try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
                Models.save(model, target.resolve(folder.getFileName()));
                System.out.println("saved " + folder.getFileName() + ": " + model.architecture());
            } catch (CheckpointException e) {
                System.out.println("not saved: " + e.getMessage());
            }
        }
    }
}
