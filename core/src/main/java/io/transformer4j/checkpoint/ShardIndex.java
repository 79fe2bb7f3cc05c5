package io.transformer4j.checkpoint;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The index of a sharded checkpoint: {@code weight_map} says which file holds which tensor. */
final class ShardIndex {
    private ShardIndex() {}

    /** File names by tensor name; not yet confined to the index's folder. */
    static Map<String, String> read(Path index) {
        if (!(ConfigJson.readTree(index).get("weight_map") instanceof Map<?, ?> entries)) {
            throw new CheckpointException(index, "must have an object weight_map");
        }
        Map<String, String> weightMap = new LinkedHashMap<>();
        entries.forEach((name, shard) -> {
            if (!(shard instanceof String file)) {
                throw new CheckpointException(
                        index, "weight_map must have a file name for " + Quoted.text((String) name));
            }
            weightMap.put((String) name, file);
        });
        return weightMap;
    }

    /** Writes the index with the keys that Hugging Face's {@code save_pretrained} gives it. */
    static void write(Path index, Map<String, String> weightMap, long totalParameters, long totalBytes) {
        Map<String, Long> metadata = Map.of("total_parameters", totalParameters, "total_size", totalBytes);
        AtomicFiles.writeString(index, PythonJson.text(Map.of("metadata", metadata, "weight_map", weightMap)));
    }
}
