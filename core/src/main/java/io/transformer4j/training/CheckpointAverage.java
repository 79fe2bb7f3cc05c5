package io.transformer4j.training;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointStore;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.checkpoint.Manifest;
import io.transformer4j.checkpoint.TensorInfo;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The mean of the weights of several checkpoints of one run, which often is better than any of them (Vaswani et al. 2017,
 * §6.1).
 */
public final class CheckpointAverage {
    private CheckpointAverage() {}

    /**
     * The newest complete checkpoints of a run, oldest first.
     *
     * @param count how many
     * @throws CheckpointException if there are fewer
     */
    public static List<Path> newest(Path runFolder, int count) {
        List<Path> complete = new CheckpointStore(runFolder)
                .list().stream()
                        .map(CheckpointStore.Checkpoint::folder)
                        .filter(folder -> Manifest.verifySizes(folder) instanceof Manifest.Complete)
                        .toList();
        if (complete.size() < count) {
            throw new CheckpointException(
                    runFolder,
                    "has " + complete.size() + " complete checkpoints, but " + count + " are to be averaged");
        }
        return complete.subList(complete.size() - count, complete.size());
    }

    /**
     * Writes a model folder with the mean weights. Configuration, tokenizers and whatever else belongs to the model are those
     * of the last checkpoint.
     *
     * @param checkpoints model folders with the same weights by name, type and shape
     * @param target a folder that doesn't exist yet, or is empty
     * @throws CheckpointException if they don't belong together, or the folder couldn't be written; then it isn't there
     */
    public static void write(List<Path> checkpoints, Path target) {
        if (checkpoints.isEmpty()) {
            throw new IllegalArgumentException("a mean needs at least one checkpoint");
        }
        requireFree(target);
        List<CheckpointReader> readers = new ArrayList<>();
        try {
            checkpoints.forEach(checkpoint -> readers.add(CheckpointReader.open(checkpoint)));
            requireSameWeights(readers);
            Path last = checkpoints.get(checkpoints.size() - 1);
            AtomicFiles.writeFolder(target, folder -> {
                copyModelFiles(last, folder);
                writeMeans(readers, folder);
            });
        } finally {
            readers.forEach(CheckpointReader::close);
        }
    }

    private static void requireFree(Path target) {
        if (Files.isDirectory(target)) {
            try (var children = Files.list(target)) {
                if (children.findAny().isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new CheckpointException(target, "is not empty: choose another output folder");
        }
    }

    private static void requireSameWeights(List<CheckpointReader> readers) {
        CheckpointReader first = readers.get(0);
        for (CheckpointReader other : readers) {
            difference(first, other).ifPresent(difference -> {
                throw new CheckpointException(
                        other.path(), difference + ", unlike " + first.path() + ": they aren't of one model");
            });
        }
    }

    private static Optional<String> difference(CheckpointReader first, CheckpointReader other) {
        for (String name : first.names()) {
            if (!other.names().contains(name)) {
                return Optional.of("has no tensor " + name);
            }
            TensorInfo expected = first.info(name);
            TensorInfo found = other.info(name);
            if (!found.shape().equals(expected.shape()) || found.dtype() != expected.dtype()) {
                return Optional.of("has " + name + " as " + found.dtype() + " " + found.shape());
            }
        }
        return other.names().stream()
                .filter(name -> !first.names().contains(name))
                .findFirst()
                .map(name -> "has a tensor " + name);
    }

    private static void writeMeans(List<CheckpointReader> readers, Path folder) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> means = new LinkedHashMap<>();
            readers.get(0).names().forEach(name -> means.put(name, mean(name, readers)));
            CheckpointWriter.write(folder, means);
        }
    }

    /** Summed in float64; what isn't a floating-point number is that of the last checkpoint. */
    private static Tensor mean(String name, List<CheckpointReader> readers) {
        Tensor last = readers.get(readers.size() - 1).tensor(name);
        if (!last.is_floating_point()) {
            return last;
        }
        try (TensorScope scope = new TensorScope()) {
            Tensor sum = last.toType(ScalarType.Double).clone();
            for (CheckpointReader reader : readers.subList(0, readers.size() - 1)) {
                sum.add_(reader.tensor(name).toType(ScalarType.Double));
            }
            return scope.keep(sum.div_(new Scalar((double) readers.size())).toType(last.scalar_type()));
        }
    }

    /** Copies all but weights and what only the trainer needs. */
    private static void copyModelFiles(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                if (CheckpointStore.isCheckpoint(folder) && !folder.equals(from)) {
                    return FileVisitResult.SKIP_SUBTREE; // the final model of a run stands among its checkpoints
                }
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                if (!CheckpointWriter.isWeights(name)
                        && !RunCheckpoints.isTrainingState(name)
                        && !name.equals(Manifest.FILE_NAME)) {
                    Files.copy(file, to.resolve(from.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
