package io.transformer4j.hub;

import io.transformer4j.files.ConfinedName;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the hub says is in a repository.
 *
 * @param commit that the revision stands for
 * @param sizes in bytes by file name; {@value #UNKNOWN_SIZE} where the hub doesn't say
 */
record RepositoryListing(String commit, Map<String, Long> sizes) {
    static final long UNKNOWN_SIZE = -1;

    private static final int MAX_BYTES = 64 << 20;

    /**
     * Reads the answer of {@code /api/models/NAME/revision/REVISION}.
     *
     * @throws HubException if it isn't such an answer, or names a file outside the repository
     */
    static RepositoryListing read(RepositoryId repository, InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new HubException("the hub's list of the files of " + repository + " is longer than 64 MB");
        }
        JsonNode tree;
        try {
            tree = JsonMapper.shared().readTree(bytes);
        } catch (JacksonException e) {
            throw new HubException("the hub's list of the files of " + repository + " is not valid JSON", e);
        }
        String commit = tree.path("sha").asString("");
        if (!RepositoryId.isCommit(commit)) {
            throw new HubException("the hub's list of the files of " + repository + " names no commit (\"sha\")");
        }
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (JsonNode file : tree.path("siblings").values()) {
            String name = file.path("rfilename").asString("");
            if (!ConfinedName.leadsDown(name)) {
                throw new HubException("the hub's list of the files of " + repository + " has "
                        + HubException.quoted(name) + ", which would be written outside the repository's folder");
            }
            sizes.put(name, file.path("size").asLong(UNKNOWN_SIZE));
        }
        return new RepositoryListing(commit, Collections.unmodifiableMap(sizes));
    }
}
