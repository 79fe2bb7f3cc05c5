package io.transformer4j.attention;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.transformer4j.nn.Dropout;
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

    /** An exact kernel of this type, for a layer that has no {@link AttentionOptions}. */
    public Attention create(double scale, Dropout dropout) {
        return switch (this) {
            case FULL -> new ExactAttention(scale, dropout);
            case FLASH -> new FlashAttention(scale, dropout);
            default ->
                throw new IllegalArgumentException("attention_type \"" + configName()
                        + "\" is for self-attention; here it must be \"full\" or \"flash\"");
        };
    }

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
