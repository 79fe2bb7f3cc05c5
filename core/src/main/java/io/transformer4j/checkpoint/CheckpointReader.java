package io.transformer4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a model by name, whether they stand in one file or in shards with an index. Memory-mapped, see
 * {@link SafetensorsFile}; tensors stay valid after {@link #close}.
 *
 * <p>Shards are opened only inside the index's folder. Pickle files ({@code pytorch_model.bin}, {@code .pt}) are refused.
 */
public final class CheckpointReader implements AutoCloseable {
    /** Name of the file that holds all weights. */
    public static final String WEIGHTS_NAME = "model.safetensors";

    /** Name of the file that says which shard holds which weight. */
    public static final String INDEX_NAME = "model.safetensors.index.json";

    private final Path path;
    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> fileOf;

    private CheckpointReader(Path path, List<SafetensorsFile> files, Map<String, SafetensorsFile> fileOf) {
        this.path = path;
        this.files = files;
        this.fileOf = Collections.unmodifiableMap(fileOf);
    }

    /**
     * Opens a model's folder, a safetensors file, or an index of shards.
     *
     * @throws CheckpointException if it holds no weights, only pickled ones, or damaged ones
     */
    public static CheckpointReader open(Path path) {
        if (!Files.isDirectory(path)) {
            return openFile(path);
        }
        if (Files.exists(path.resolve(WEIGHTS_NAME))) {
            return openFile(path.resolve(WEIGHTS_NAME));
        }
        if (Files.exists(path.resolve(INDEX_NAME))) {
            return openFile(path.resolve(INDEX_NAME));
        }
        Path pickle = firstPickle(path);
        throw pickle != null
                ? refusePickle(pickle)
                : new CheckpointException(path, "has no weights: neither " + WEIGHTS_NAME + " nor " + INDEX_NAME);
    }

    /** The folder or file, as it was given. */
    public Path path() {
        return path;
    }

    /** Names of all tensors. */
    public Set<String> names() {
        return fileOf.keySet();
    }

    /**
     * Type and shape of a tensor, and its place in its file.
     *
     * @throws CheckpointException if there is no such tensor
     */
    public TensorInfo info(String name) {
        return fileWith(name).info(name);
    }

    /**
     * The file that holds a tensor, to be named when the tensor isn't what the model needs.
     *
     * @throws CheckpointException if there is no such tensor
     */
    public Path fileOf(String name) {
        return fileWith(name).path();
    }

    /**
     * A tensor on the mapped file; see {@link SafetensorsFile#tensor}.
     *
     * @return on the CPU, contiguous, a leaf without gradient; owned by the calling scope
     * @throws CheckpointException if there is no such tensor
     */
    public Tensor tensor(String name) {
        return fileWith(name).tensor(name);
    }

    /**
     * Copies a tensor's values into another one; see {@link SafetensorsFile#copyTo}.
     *
     * @param destination of the same shape
     * @throws CheckpointException if there is no such tensor
     */
    public void copyTo(String name, Tensor destination) {
        fileWith(name).copyTo(name, destination);
    }

    /**
     * Whether {@link #tensor} costs no copy; see {@link SafetensorsFile#isAligned}.
     *
     * @throws CheckpointException if there is no such tensor
     */
    public boolean isAligned(String name) {
        return fileWith(name).isAligned(name);
    }

    /** Bytes of all tensors. */
    public long totalBytes() {
        return names().stream().mapToLong(name -> info(name).bytes()).sum();
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }

    private SafetensorsFile fileWith(String name) {
        SafetensorsFile file = fileOf.get(name);
        if (file == null) {
            throw new CheckpointException(path, "has no tensor " + Quoted.text(name));
        }
        return file;
    }

    private static CheckpointReader openFile(Path file) {
        String name = file.getFileName().toString();
        if (isPickle(name)) {
            throw refusePickle(file);
        }
        return name.endsWith(".index.json") ? openShards(file) : openShards(file, Map.of(), List.of(file));
    }

    private static CheckpointReader openShards(Path index) {
        Map<String, String> weightMap = ShardIndex.read(index);
        List<Path> shards = new TreeSet<>(weightMap.values())
                .stream().map(shard -> Confined.resolve(index, shard)).toList();
        return openShards(index, weightMap, shards);
    }

    private static CheckpointReader openShards(Path path, Map<String, String> weightMap, List<Path> shards) {
        List<SafetensorsFile> files = new ArrayList<>();
        try {
            Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
            for (Path shard : shards) {
                SafetensorsFile file = SafetensorsFile.open(shard);
                files.add(file);
                String shardName = shard.getFileName().toString();
                // A tensor that the index doesn't know is kept, so that whoever loads sees that it is unexpected.
                file.names().stream()
                        .filter(name -> weightMap.getOrDefault(name, shardName).equals(shardName))
                        .forEach(name -> fileOf.put(name, file));
            }
            weightMap.forEach((name, shard) -> {
                if (!fileOf.containsKey(name)) {
                    throw new CheckpointException(
                            path,
                            "places the tensor " + Quoted.text(name) + " in " + shard + ", which doesn't have it");
                }
            });
            return new CheckpointReader(path, files, fileOf);
        } catch (Throwable e) {
            files.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static @Nullable Path firstPickle(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(file -> isPickle(file.getFileName().toString()))
                    .min(Path::compareTo)
                    .orElse(null);
        } catch (IOException e) {
            throw new CheckpointException(folder, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
    }

    private static boolean isPickle(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Stream.of(".bin", ".pt", ".pth", ".ckpt", ".pkl").anyMatch(lower::endsWith);
    }

    /** Reading a pickle can run whatever its author liked, even with weights_only (CVE-2025-32434, CVE-2026-24747). */
    private static CheckpointException refusePickle(Path file) {
        String name = file.getFileName().toString();
        String pattern =
                name.startsWith("pytorch_model") || !name.matches("[A-Za-z0-9_.-]+") ? "pytorch_model*.bin" : name;
        return new CheckpointException(
                file,
                "is a pickle, which can run code when it is read; if you trust its source, convert it once by running in its"
                        + " folder: python3 -c \"import glob, torch, safetensors.torch as st; st.save_file("
                        + "{k: v.clone().contiguous() for f in sorted(glob.glob('" + pattern + "')) for k, v in"
                        + " torch.load(f, map_location='cpu', weights_only=True).items()},"
                        + " '" + WEIGHTS_NAME + "', metadata={'format': 'pt'})\"");
    }
}
