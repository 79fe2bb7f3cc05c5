package io.transformer4j.hub;

import io.transformer4j.files.ConfinedName;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files that the index of a sharded checkpoint names. */
final class ShardNames {
    private ShardNames() {}

    /**
     * Names relative to the index's folder.
     *
     * @throws HubException if the index is broken or names anything else than safetensors files inside its folder
     */
    static Set<String> read(Path index) {
        JsonNode map;
        try {
            map = JsonMapper.shared().readTree(index).path("weight_map");
        } catch (JacksonException e) {
            throw new HubException(index + " is not valid JSON", e);
        }
        Set<String> shards = new TreeSet<>();
        map.values().forEach(value -> shards.add(value.asString("")));
        if (shards.isEmpty()) {
            throw new HubException(index + " has no weight_map with the names of shards");
        }
        for (String shard : shards) {
            if (!ConfinedName.leadsDown(shard) || !shard.endsWith(".safetensors")) {
                throw new HubException(index + " names the file " + HubException.quoted(shard)
                        + ", but only safetensors files inside its folder are allowed");
            }
        }
        return shards;
    }
}
