package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and their ids. Immutable and thread-safe.
 *
 * <p>Ids are not negative and may have gaps. Two tokens can't share an id; a token may have several ids (a line that stands twice
 * in {@code vocab.txt}): text then gives the last, and every one of them gives the token.
 */
public final class Vocabulary {

    /** Largest id there may be: far beyond any vocabulary, but small enough that a broken file can't fill the memory. */
    public static final int MAX_ID = 1 << 24;

    private final Map<String, Integer> ids;
    private final @Nullable String[] tokens;

    private Vocabulary(Map<String, Integer> ids, @Nullable String[] tokens) {
        this.ids = ids;
        this.tokens = tokens;
    }

    /**
     * Tokens with the given ids.
     *
     * @throws TokenizerException if an id is negative, absurdly large, or given to two tokens
     */
    @JsonCreator
    public static Vocabulary of(Map<String, Integer> ids) {
        int size = 0;
        for (Map.Entry<String, Integer> entry : ids.entrySet()) {
            Integer id = entry.getValue();
            if (id == null || id < 0 || id > MAX_ID) {
                throw new TokenizerException(
                        "the vocabulary gives '" + entry.getKey() + "' the id " + id + "; ids go from 0 to " + MAX_ID);
            }
            size = Math.max(size, id + 1);
        }
        @Nullable String[] tokens = new String[size];
        ids.forEach((token, id) -> {
            if (tokens[id] != null) {
                throw new TokenizerException(
                        "the vocabulary gives id " + id + " to both '" + tokens[id] + "' and '" + token + "'");
            }
            tokens[id] = token;
        });
        return new Vocabulary(new HashMap<>(ids), tokens);
    }

    /** Tokens numbered from 0 in the given order. */
    public static Vocabulary of(List<String> tokens) {
        Map<String, Integer> ids = new HashMap<>(tokens.size() * 2);
        for (int i = 0; i < tokens.size(); i++) {
            ids.put(tokens.get(i), i);
        }
        return new Vocabulary(ids, tokens.toArray(String[]::new));
    }

    /** Number of distinct tokens. */
    public int size() {
        return ids.size();
    }

    /** One more than the largest id. */
    public int idBound() {
        return tokens.length;
    }

    /** The id of a token, or -1. */
    public int id(String token) {
        Integer id = ids.get(token);
        return id == null ? -1 : id;
    }

    /** The token of an id, or null. */
    public @Nullable String token(int id) {
        return id < 0 || id >= tokens.length ? null : tokens[id];
    }

    public boolean contains(String token) {
        return ids.containsKey(token);
    }

    /** Tokens in the order of their ids, null where an id has none. */
    public List<@Nullable String> tokens() {
        return new ArrayList<>(Arrays.asList(tokens));
    }

    /** Token to id, in the order of the ids: the JSON form. */
    @JsonValue
    public Map<String, Integer> toMap() {
        Map<String, Integer> map = new LinkedHashMap<>(tokens.length * 2);
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id] != null && id(tokens[id]) == id) {
                map.put(tokens[id], id);
            }
        }
        return map;
    }
}
