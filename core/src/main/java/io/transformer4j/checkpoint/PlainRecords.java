package io.transformer4j.checkpoint;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes configuration records of trees whose values have the very types of the components, as nearly all have. Whatever else there is, and
 * whatever is wrong, is Jackson's: its data binding does the same and more, but starting it takes longer than loading a model.
 */
final class PlainRecords {
    /** Types that take what a tree has without a look into it. */
    private static final Set<String> TREES = Set.of(
            "java.lang.Object",
            "java.util.List<java.lang.Object>",
            "java.util.Map<java.lang.String, java.lang.Object>");

    private PlainRecords() {}

    /** A value isn't of its component's type. */
    private static final class NotPlain extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * A record of {@code tree}'s values and, for the keys that it hasn't, those of {@code defaults}.
     *
     * @return empty if that takes more than is done here, or the record refuses its values
     */
    static <T> Optional<T> bind(Map<String, Object> tree, Class<T> type, T defaults) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Map<String, Object> rest = new LinkedHashMap<>(tree);
        try {
            int others = -1;
            for (int i = 0; i < components.length; i++) {
                String key = key(components[i]);
                values[i] = components[i].getAccessor().invoke(defaults);
                if (components[i].getAccessor().isAnnotationPresent(JsonAnySetter.class)) {
                    others = i;
                } else if (rest.containsKey(key)) {
                    values[i] = value(components[i], rest.remove(key));
                }
            }
            if (others >= 0) {
                values[others] = with((Map<?, ?>) values[others], rest);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return Optional.of(type.getDeclaredConstructor(types).newInstance(values));
        } catch (NotPlain | ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    /** The key of a component: its name in snake case, unless it says otherwise. */
    static String key(RecordComponent component) {
        JsonProperty named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? snakeCase(component.getName()) : named.value();
    }

    /** Whether a component may be null. */
    static boolean mayBeNull(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static Map<Object, Object> with(Map<?, ?> known, Map<String, Object> more) {
        Map<Object, Object> all = new LinkedHashMap<>(known);
        all.putAll(more);
        return all;
    }

    private static @Nullable Object value(RecordComponent component, @Nullable Object value) throws NotPlain {
        Class<?> type = component.getType();
        if (value == null && !type.isPrimitive() && mayBeNull(component)) {
            return null;
        } else if (type == long.class || type == Long.class) {
            if (value instanceof Integer || value instanceof Long) {
                return ((Number) value).longValue();
            }
        } else if (type == int.class || type == Integer.class) {
            if (value instanceof Integer) {
                return value;
            }
        } else if (type == double.class || type == Double.class) {
            if (value instanceof Integer || value instanceof Long || value instanceof Double) {
                return ((Number) value).doubleValue();
            }
        } else if (type == boolean.class || type == Boolean.class) {
            if (value instanceof Boolean) {
                return value;
            }
        } else if (value instanceof String text && type != Object.class) {
            return type == String.class ? text : constant(type, text);
        } else if (type.isInstance(value)
                && TREES.contains(component.getGenericType().getTypeName())) {
            return value;
        }
        throw new NotPlain();
    }

    /** The constant of an enumeration that its creator makes of {@code text}. */
    private static Object constant(Class<?> type, String text) throws NotPlain {
        for (Method method : type.getDeclaredMethods()) {
            if (type.isEnum() && method.isAnnotationPresent(JsonCreator.class)) {
                try {
                    return method.invoke(null, text);
                } catch (ReflectiveOperationException e) {
                    throw new NotPlain();
                }
            }
        }
        throw new NotPlain();
    }
}
