package io.transformer4j.attention;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The kernels that a configuration can name. */
public enum AttentionType {
    /** {@link ExactAttention}. */
    FULL,
    /** {@link FlashAttention}. */
    FLASH,
    /** {@link SlidingWindowAttention}. */
    SLIDING_WINDOW,
    /** {@link BigBirdAttention}. */
    BIG_BIRD,
    /** {@link LinformerAttention}. */
    LINFORMER,
    /** {@link PerformerAttention}. */
    PERFORMER;

    /** Name in configurations. */
    @JsonValue
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The type called {@code name} in configurations.
     *
     * @throws IllegalArgumentException if there is none
     */
    @JsonCreator
    public static AttentionType of(String name) {
        return Arrays.stream(values())
                .filter(type -> type.configName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("attention_type must be one of "
                        + Arrays.stream(values()).map(AttentionType::configName).collect(Collectors.joining(", "))
                        + ", but is \"" + name + "\""));
    }
}
