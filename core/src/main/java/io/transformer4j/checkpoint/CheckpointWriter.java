package io.transformer4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes the weights of a model into its folder: {@code model.safetensors}, or shards and their index where they would be
 * too large for one file. Every file is written atomically. Weights of an earlier save under other names are removed at
 * the end, since a reader would take them for these.
 *
 * <p>A crash between two shards can leave shards of two saves. Where that matters, write into the folder that
 * {@link AtomicFiles#writeFolder} gives.
 */
public final class CheckpointWriter {
    /** Largest shard unless told otherwise: 5 GB, which every host and file system takes. */
    public static final long DEFAULT_MAX_SHARD_BYTES = 5_000_000_000L;

    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");

    private CheckpointWriter() {}

    /** Writes {@code tensors} with {@link #DEFAULT_MAX_SHARD_BYTES}; see {@link #write(Path, Map, long)}. */
    public static void write(Path folder, Map<String, Tensor> tensors) {
        write(folder, tensors, DEFAULT_MAX_SHARD_BYTES);
    }

    /**
     * Writes or replaces the weights in {@code folder}, which is created if it doesn't exist.
     *
     * @param tensors of tied ones give one; shards are filled in this order
     * @param maxShardBytes of values in one file; only a tensor that is larger by itself gets a larger one
     * @throws CheckpointException if a file couldn't be written
     */
    public static void write(Path folder, Map<String, Tensor> tensors, long maxShardBytes) {
        if (maxShardBytes < 1) {
            throw new IllegalArgumentException("maxShardBytes must be at least 1, but is " + maxShardBytes);
        }
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> infos.put(name, SafetensorsWriter.describe(name, tensor)));
        List<List<String>> shards = split(infos, maxShardBytes);
        if (shards.size() == 1) {
            SafetensorsWriter.write(folder.resolve(CheckpointReader.WEIGHTS_NAME), tensors);
            removeAllBut(folder, Set.of(CheckpointReader.WEIGHTS_NAME));
            return;
        }
        Map<String, String> weightMap = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            Map<String, Tensor> part = new LinkedHashMap<>();
            shards.get(i).forEach(name -> part.put(name, tensors.get(name)));
            SafetensorsWriter.write(folder.resolve(file), part);
            part.keySet().forEach(name -> weightMap.put(name, file));
        }
        long parameters =
                infos.values().stream().mapToLong(TensorInfo::elements).sum();
        long bytes = infos.values().stream().mapToLong(TensorInfo::bytes).sum();
        ShardIndex.write(folder.resolve(CheckpointReader.INDEX_NAME), weightMap, parameters, bytes);
        Set<String> kept = new HashSet<>(weightMap.values());
        kept.add(CheckpointReader.INDEX_NAME);
        removeAllBut(folder, kept);
    }

    /** The names of each shard's tensors: as many in a row as fit, and a tensor that never fits alone in one. */
    private static List<List<String>> split(Map<String, TensorInfo> infos, long maxShardBytes) {
        List<List<String>> shards = new ArrayList<>();
        List<String> current = new ArrayList<>();
        long currentBytes = 0;
        for (TensorInfo info : infos.values()) {
            if (info.bytes() > maxShardBytes) {
                shards.add(List.of(info.name()));
                continue;
            }
            if (currentBytes + info.bytes() > maxShardBytes) {
                shards.add(current);
                current = new ArrayList<>();
                currentBytes = 0;
            }
            current.add(info.name());
            currentBytes += info.bytes();
        }
        if (!current.isEmpty() || shards.isEmpty()) {
            shards.add(current);
        }
        return shards;
    }

    private static void removeAllBut(Path folder, Set<String> kept) {
        try (Stream<Path> children = Files.list(folder)) {
            for (Path file : children.toList()) {
                String name = file.getFileName().toString();
                if (isWeights(name) && !kept.contains(name)) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    folder,
                    "has weights of an earlier save that could not be removed (" + AtomicFiles.reason(e) + ")",
                    e);
        }
    }

    /** Whether a file of this name in a model folder holds weights, or says which file does. */
    public static boolean isWeights(String name) {
        return name.equals(CheckpointReader.WEIGHTS_NAME)
                || name.equals(CheckpointReader.INDEX_NAME)
                || SHARD.matcher(name).matches();
    }
}
