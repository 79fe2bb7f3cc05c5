package io.transformer4j.checkpoint;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A configuration as the models have them, with one component of each kind. */
record ExampleConfig(
        String modelType,
        long vocabSize,
        long hiddenSize,
        int numAttentionHeads,
        @Nullable Long nInner,
        double layerNormEps,
        boolean isDecoder,
        Activation hiddenAct,
        List<String> architectures,
        Map<String, String> id2label,
        @JsonAnyGetter Map<String, @Nullable Object> unknown) {

    enum Activation {
        @JsonProperty("gelu")
        GELU,
        @JsonProperty("relu")
        RELU
    }

    ExampleConfig {
        if (numAttentionHeads < 1 || hiddenSize % numAttentionHeads != 0) {
            throw new IllegalArgumentException("hidden_size (%d) must be a multiple of num_attention_heads (%d)"
                    .formatted(hiddenSize, numAttentionHeads));
        }
        architectures = List.copyOf(architectures);
        id2label = Collections.unmodifiableMap(new LinkedHashMap<>(id2label));
        unknown = Collections.unmodifiableMap(new LinkedHashMap<>(unknown));
    }

    static Builder builder() {
        return new Builder();
    }

    /** Derived, so not in the file. */
    long headSize() {
        return hiddenSize / numAttentionHeads;
    }

    boolean isLarge() {
        return hiddenSize > 1000;
    }

    long getParameters() {
        return vocabSize * hiddenSize;
    }

    static final class Builder {
        private String modelType = "example";
        private long vocabSize = 30522;
        private long hiddenSize = 768;
        private int numAttentionHeads = 12;
        private @Nullable Long nInner;
        private double layerNormEps = 1e-12;
        private boolean isDecoder;
        private Activation hiddenAct = Activation.GELU;
        private List<String> architectures = List.of();
        private Map<String, String> id2label = Map.of();
        private final Map<String, @Nullable Object> unknown = new LinkedHashMap<>();

        Builder modelType(String value) {
            modelType = value;
            return this;
        }

        Builder vocabSize(long value) {
            vocabSize = value;
            return this;
        }

        Builder hiddenSize(long value) {
            hiddenSize = value;
            return this;
        }

        Builder numAttentionHeads(int value) {
            numAttentionHeads = value;
            return this;
        }

        Builder nInner(@Nullable Long value) {
            nInner = value;
            return this;
        }

        Builder layerNormEps(double value) {
            layerNormEps = value;
            return this;
        }

        Builder isDecoder(boolean value) {
            isDecoder = value;
            return this;
        }

        Builder hiddenAct(Activation value) {
            hiddenAct = value;
            return this;
        }

        Builder architectures(List<String> value) {
            architectures = value;
            return this;
        }

        Builder id2label(Map<String, String> value) {
            id2label = value;
            return this;
        }

        @JsonAnySetter
        Builder unknown(String key, @Nullable Object value) {
            unknown.put(key, value);
            return this;
        }

        ExampleConfig build() {
            return new ExampleConfig(
                    modelType,
                    vocabSize,
                    hiddenSize,
                    numAttentionHeads,
                    nInner,
                    layerNormEps,
                    isDecoder,
                    hiddenAct,
                    architectures,
                    id2label,
                    unknown);
        }
    }
}
