package io.transformer4j.checkpoint;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonPOJOBuilder;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;

/**
 * Tells Jackson what {@link ConfigJson} promises, so that configuration records need no annotations for it: a record is made by its
 * nested {@code Builder}, whose methods are called like the components, and takes nulls where JSpecify says so.
 */
final class BuilderConvention extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Class<?> findPOJOBuilder(MapperConfig<?> config, AnnotatedClass type) {
        if (!type.getRawType().isRecord()) {
            return super.findPOJOBuilder(config, type);
        }
        return Arrays.stream(type.getRawType().getDeclaredClasses())
                .filter(nested -> nested.getSimpleName().equals("Builder"))
                .findFirst()
                .orElse(null);
    }

    @Override
    public JsonPOJOBuilder.Value findPOJOBuilderConfig(MapperConfig<?> config, AnnotatedClass builder) {
        return new JsonPOJOBuilder.Value("build", "");
    }

    @Override
    public JsonSetter.Value findSetterInfo(MapperConfig<?> config, Annotated setter) {
        if (setter instanceof AnnotatedMethod method && method.getParameterCount() == 1) {
            boolean nullable =
                    method.getAnnotated().getAnnotatedParameterTypes()[0].isAnnotationPresent(Nullable.class);
            return JsonSetter.Value.forValueNulls(nullable ? Nulls.SET : Nulls.FAIL);
        }
        return super.findSetterInfo(config, setter);
    }
}
