package io.transformer4j.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The names of one architecture's weights: how each parameter here is called and stored in a Hugging Face checkpoint. One
 * table, read in both directions, for weights and (being linear) for their gradients. Immutable.
 */
public final class WeightMap {
    private final List<Entry> entries;
    private final Map<String, String> tied;
    private final List<String> unread;

    /**
     * One parameter.
     *
     * @param parameter its path in this project's module
     * @param keys its parts in the checkpoint, stacked along the first dimension
     * @param shares how much of that dimension each key has, relative to the others
     * @param transposed whether the checkpoint stores {@code [in, out]}; only for a parameter with one key
     */
    public record Entry(String parameter, List<String> keys, List<Integer> shares, boolean transposed) {
        /** Rows of each key's part of a parameter that has {@code rows}. */
        long[] rows(long rows) {
            long unit = rows / shares.stream().mapToLong(Integer::longValue).sum();
            return shares.stream().mapToLong(share -> share * unit).toArray();
        }

        /** Views of the parameter's {@code value} as the checkpoint has it, one for each key. */
        List<Tensor> stored(Tensor value) {
            Tensor whole = transposed ? value.t() : value;
            return keys.size() == 1
                    ? List.of(whole)
                    : List.of(whole.split_with_sizes(rows(whole.size(0)), 0).get());
        }
    }

    private WeightMap(List<Entry> entries, Map<String, String> tied, List<String> unread) {
        this.entries = List.copyOf(entries);
        this.tied = Map.copyOf(tied);
        this.unread = List.copyOf(unread);
    }

    /** A table that is filled in the order of the checkpoint. */
    public static Builder builder() {
        return new Builder();
    }

    /** The table's rows. */
    public List<Entry> entries() {
        return entries;
    }

    /** Further names of tied weights: a checkpoint stores each once, under its key here or under one of these. */
    Map<String, String> tied() {
        return tied;
    }

    /** The same table, in which a checkpoint may have the weight {@code key} under the name {@code alias} instead. */
    public WeightMap withTied(String alias, String key) {
        Map<String, String> more = new LinkedHashMap<>(tied);
        more.put(alias, key);
        return new WeightMap(entries, more, unread);
    }

    /** Keys of what HF's model has though nothing reads it, such as a pooler below a head for tokens: kept if a checkpoint has it. */
    List<String> unread() {
        return unread;
    }

    /** The same table with a key of what nothing reads. */
    public WeightMap withUnread(String key) {
        return new WeightMap(entries, tied, joined(unread, List.of(key)));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The same table with a prefix before all names of either side. */
    public WeightMap prefixed(String parameterPrefix, String keyPrefix) {
        Map<String, String> prefixedTied = new LinkedHashMap<>();
        tied.forEach((alias, key) -> prefixedTied.put(keyPrefix + alias, keyPrefix + key));
        return new WeightMap(
                entries.stream()
                        .map(entry -> new Entry(
                                parameterPrefix + entry.parameter(),
                                entry.keys().stream().map(keyPrefix::concat).toList(),
                                entry.shares(),
                                entry.transposed()))
                        .toList(),
                prefixedTied,
                unread.stream().map(keyPrefix::concat).toList());
    }

    /** The rows of both tables. */
    public WeightMap and(WeightMap other) {
        Map<String, String> allTied = new LinkedHashMap<>(tied);
        allTied.putAll(other.tied);
        return new WeightMap(joined(entries, other.entries), allTied, joined(unread, other.unread));
    }

    /** All keys of a checkpoint of this architecture. */
    public List<String> keys() {
        return entries.stream().flatMap(entry -> entry.keys().stream()).toList();
    }

    /**
     * The checkpoint's form of {@code values}, which are named by parameter, as views of them; parameters without a value are
     * left out.
     */
    public Map<String, Tensor> toCheckpoint(Map<String, Tensor> values) {
        Map<String, Tensor> result = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Tensor value = values.get(entry.parameter());
            if (value != null) {
                List<Tensor> parts = entry.stored(value);
                for (int i = 0; i < parts.size(); i++) {
                    result.put(entry.keys().get(i), parts.get(i));
                }
            }
        }
        return result;
    }

    /** Collects rows. */
    public static final class Builder {
        private final List<Entry> entries = new ArrayList<>();

        private Builder() {}

        /** A parameter stored as it is. */
        public Builder add(String parameter, String key) {
            entries.add(new Entry(parameter, List.of(key), List.of(1), false));
            return this;
        }

        /** A weight stored as {@code [in, out]} (HF's {@code Conv1D}). */
        public Builder addTransposed(String parameter, String key) {
            entries.add(new Entry(parameter, List.of(key), List.of(1), true));
            return this;
        }

        /** A parameter stored in equal parts, one below the other. */
        public Builder addStacked(String parameter, String... keys) {
            return addStacked(parameter, Collections.nCopies(keys.length, 1), keys);
        }

        /** A parameter stored in parts, one below the other, of which each has its share of the rows. */
        public Builder addStacked(String parameter, List<Integer> shares, String... keys) {
            entries.add(new Entry(parameter, List.of(keys), List.copyOf(shares), false));
            return this;
        }

        /** {@code .weight} and {@code .bias} of a linear map stored in equal parts. */
        public Builder addStackedPair(String parameter, String... keys) {
            return addStacked(parameter + ".weight", suffixed(keys, ".weight"))
                    .addStacked(parameter + ".bias", suffixed(keys, ".bias"));
        }

        private static String[] suffixed(String[] keys, String suffix) {
            return Arrays.stream(keys).map(key -> key + suffix).toArray(String[]::new);
        }

        /** {@code .weight} stored as {@code [in, out]} and {@code .bias} of a linear map (HF's {@code Conv1D}). */
        public Builder addTransposedPair(String parameter, String key) {
            return addTransposed(parameter + ".weight", key + ".weight").add(parameter + ".bias", key + ".bias");
        }

        /** {@code .weight} and {@code .bias} of a norm or linear map stored as it is. */
        public Builder addPair(String parameter, String key) {
            return add(parameter + ".weight", key + ".weight").add(parameter + ".bias", key + ".bias");
        }

        /** The table. */
        public WeightMap build() {
            return new WeightMap(entries, Map.of(), List.of());
        }
    }
}
