package io.transformer4j.checkpoint;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads and writes {@code config.json} and its siblings as configuration records.
 *
 * <p>A configuration is a record with a nested class {@code Builder}: one method for each component, called like it and
 * returning the builder, and {@code build()}. Keys are the components' names in snake case. A key that is absent keeps the builder's
 * default; {@code null} is accepted where the method's parameter is {@code @Nullable}. Keys that the record doesn't
 * know go to the builder's {@code @JsonAnySetter} method, and come back from the component that is annotated
 * {@code @JsonAnyGetter}. What {@code build()} rejects with an {@link IllegalArgumentException} is reported for the file.
 *
 * <pre>{@code
 * record ExampleConfig(long hiddenSize, @Nullable Long nInner, @JsonAnyGetter Map<String, Object> unknown) {
 *   static final class Builder {
 *     private long hiddenSize = 768;
 *     …
 *     Builder hiddenSize(long value) { hiddenSize = value; return this; }
 *     @JsonAnySetter Builder unknown(String key, @Nullable Object value) { unknown.put(key, value); return this; }
 *     ExampleConfig build() { return new ExampleConfig(hiddenSize, nInner, unknown); }
 *   }
 * }
 * }</pre>
 *
 * <p>Files are written as Hugging Face writes them: sorted by key, two spaces to a level, a line end.
 */
public final class ConfigJson {
    // The largest known indexes of shards have about ten megabytes.
    private static final int MAX_FILE_BYTES = 64 << 20;

    /** Jackson's data binding, started only when it is needed: that takes longer than loading a model. */
    private static final class Binding {
        static final JsonMapper JSON = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(LogicalType.Textual, text -> {
                    for (CoercionInputShape shape :
                            List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
                        text.setCoercion(shape, CoercionAction.Fail);
                    }
                })
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .annotationIntrospector(new BuilderConvention())
                .build();
    }

    private static final TypeReference<LinkedHashMap<String, Object>> TREE = new TypeReference<>() {};

    private ConfigJson() {}

    /**
     * Reads a configuration.
     *
     * @throws CheckpointException if the file can't be read, isn't a JSON object, has a key twice, or a value of the wrong
     *     type or one that the record refuses
     */
    public static <T> T read(Path file, Class<T> type) {
        return bind(file, readTree(file), type);
    }

    /**
     * Reads a file as maps, lists, text, numbers, booleans and nulls: for looking at {@code model_type} before choosing a record.
     *
     * @throws CheckpointException if the file can't be read, isn't a JSON object, or has a key twice
     */
    public static Map<String, Object> readTree(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes > MAX_FILE_BYTES) {
                throw new CheckpointException(
                        file, "has " + bytes + " bytes, more than the " + MAX_FILE_BYTES + " that it may have");
            }
            return JsonTree.parse(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new CheckpointException(file, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
    }

    /**
     * Makes a configuration of what {@link #readTree} has read, and of another one where the tree lacks a key.
     *
     * @param file for messages only
     */
    public static <T> T bind(Path file, Map<String, Object> tree, Class<T> type, T defaults) {
        return PlainRecords.bind(tree, type, defaults).orElseGet(() -> {
            Map<String, Object> complete = tree(defaults);
            complete.putAll(tree);
            return bind(file, complete, type);
        });
    }

    /**
     * Makes a configuration of what {@link #readTree} has read.
     *
     * @param file for messages only
     */
    public static <T> T bind(Path file, Map<String, Object> tree, Class<T> type) {
        checkNulls(file, tree, type);
        try {
            return Binding.JSON.convertValue(tree, type);
        } catch (ValueInstantiationException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new CheckpointException(
                        file, String.valueOf(refused.getMessage()).replaceAll("\\R", " "), refused);
            }
            throw e; // a bug in the record, not in the file
        } catch (MismatchedInputException e) {
            throw new CheckpointException(file, mismatch(tree, e, expected(e.getTargetType())), e);
        } catch (InputCoercionException e) {
            String range = e.getTargetType() == int.class ? "from -2^31 to 2^31-1" : "from -2^63 to 2^63-1";
            throw new CheckpointException(file, mismatch(tree, e, "an integer " + range), e);
        } catch (JacksonException e) {
            throw new CheckpointException(file, Quoted.plain(e.getOriginalMessage()), e);
        }
    }

    /** Only components that may be null are null. */
    private static void checkNulls(Path file, Map<String, Object> tree, Class<?> type) {
        if (!type.isRecord()) {
            return;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String key = PlainRecords.key(component);
            boolean mayBeNull = component.getType().isPrimitive() // Jackson looks after these
                    || PlainRecords.mayBeNull(component);
            if (!mayBeNull && tree.containsKey(key) && tree.get(key) == null) {
                throw new CheckpointException(
                        file, key + " must be " + expected(component.getType()) + ", but is null");
            }
        }
    }

    /** Writes a configuration, atomically. */
    public static void write(Path file, Object config) {
        AtomicFiles.writeString(file, text(config));
    }

    /** A configuration as maps, lists, text, numbers, booleans and nulls. */
    public static Map<String, Object> tree(Object config) {
        return Binding.JSON.convertValue(config, TREE);
    }

    /** The text of a configuration's file. */
    public static String text(Object config) {
        return PythonJson.text(Binding.JSON.convertValue(config, TREE));
    }

    /** Such as: {@code hidden_size must be an integer, but is "abc"}. */
    private static String mismatch(Map<String, Object> tree, JacksonException e, String expected) {
        Object value = tree;
        StringBuilder key = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() != null) {
                key.append(key.isEmpty() ? "" : ".").append(step.getPropertyName());
                value = value instanceof Map<?, ?> map ? map.get(step.getPropertyName()) : null;
            } else {
                key.append('[').append(step.getIndex()).append(']');
                value = value instanceof List<?> list && step.getIndex() < list.size()
                        ? list.get(step.getIndex())
                        : null;
            }
        }
        return Quoted.name(key.toString()) + " must be " + expected + ", but is " + shown(value);
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "of another type";
        } else if (type == long.class || type == Long.class || type == int.class || type == Integer.class) {
            return "an integer";
        } else if (type == double.class || type == Double.class || type == float.class || type == Float.class) {
            return "a number";
        } else if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        } else if (type == String.class) {
            return "a string";
        } else if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> Binding.JSON.writeValueAsString(constant))
                    .collect(Collectors.joining(" or "));
        } else if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "a list";
        }
        return "an object";
    }

    private static String shown(@Nullable Object value) {
        if (value instanceof Map) {
            return "an object";
        } else if (value instanceof Collection) {
            return "a list";
        }
        return value instanceof String text ? Quoted.text(text) : String.valueOf(value);
    }
}
