package io.transformer4j.models;

import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A model with its configuration and, once {@linkplain #initializeWeights initialized} or loaded, its weights, which
 * live outside scopes until {@link #close}. Forward passes in evaluation mode may run on several threads at once.
 */
public abstract class PretrainedModel extends Module implements AutoCloseable {
    private @Nullable Device device;
    private Map<String, Object> generationConfig = Map.of();
    private @Nullable LoraAdapter adapter;
    private final Map<String, Tensor> unreadWeights = new LinkedHashMap<>();

    /** The architecture. */
    public abstract PretrainedConfig config();

    /** HF's class name for this model and head, such as {@code BertForMaskedLM}. */
    public String architecture() {
        return getClass().getSimpleName();
    }

    /**
     * All that a forward pass computes, under HF's names ({@code last_hidden_state}, {@code logits}, {@code
     * hidden_states/0} …), for tools that compare or look into any model. Each value has one row per packed token
     * ({@code [tokens, …]}, of the decoder's tokens unless the name starts with {@code encoder_}) or one per sequence.
     */
    public abstract Map<String, Tensor> outputs(ModelInputs inputs);

    /**
     * Whether what a model computes at real tokens depends on how far their row is padded: then it must be given padded
     * rows to agree with a model that was.
     */
    public boolean dependsOnPadding() {
        return false;
    }

    /** Names of the weights in checkpoints. */
    public abstract WeightMap weightMap();

    /** Prefix that the bare model's keys have in a checkpoint with a head, such as {@code bert.}. */
    public abstract String baseModelPrefix();

    /** This architecture with all parts that a checkpoint may lack; itself if it has them. */
    public PretrainedModel withOptionalParts() {
        return this;
    }

    /** This architecture without the parts that a checkpoint may lack, such as a pooler; itself if there are none. */
    public PretrainedModel withoutOptionalParts() {
        return this;
    }

    /** Another model of this architecture, without weights. */
    protected abstract PretrainedModel newInstance();

    /** What the checkpoint's {@code generation_config.json} said, all keys included; empty if there was none. */
    public final Map<String, Object> generationConfig() {
        return generationConfig;
    }

    /** Sets what {@code generation_config.json} will say when this model is saved. */
    public final void setGenerationConfig(Map<String, Object> generationConfig) {
        this.generationConfig = Collections.unmodifiableMap(new LinkedHashMap<>(generationConfig)); // nulls are kept
    }

    /** The adapter that changes this model's outputs; empty if there is none. */
    public final Optional<LoraAdapter> adapter() {
        return Optional.ofNullable(adapter);
    }

    final void setAdapter(@Nullable LoraAdapter adapter) {
        this.adapter = adapter;
    }

    /** Tensors of the checkpoint that nothing reads but HF's model has, by their keys: written back as they were. */
    public final Map<String, Tensor> unreadWeights() {
        return Collections.unmodifiableMap(unreadWeights);
    }

    /** Takes over what nothing reads; {@link #close} frees it. */
    final void setUnreadWeights(Map<String, Tensor> weights) {
        freeUnreadWeights();
        unreadWeights.putAll(weights);
    }

    private void freeUnreadWeights() {
        unreadWeights.values().forEach(TensorScope::release);
        unreadWeights.clear();
    }

    /** Gives all weights their first values. */
    public final void initializeWeights(long seed, Device device) {
        try (TensorScope scope = new TensorScope()) {
            Generator generator = torch.createCPUGenerator(seed);
            namedParameters().values().forEach(parameter -> parameter.initialize(device, generator));
        }
        placeOn(device);
    }

    /**
     * A model that shares the memory of this one's weights but has gradients of its own: what each worker of a
     * data-parallel step runs. Close it before this model.
     */
    public final PretrainedModel replicate() {
        PretrainedModel replica = newInstance();
        LoraAdapter.copyStructure(this, replica);
        Iterator<Parameter> originals = namedParameters().values().iterator();
        replica.namedParameters().values().forEach(parameter -> parameter.share(originals.next()));
        replica.device = device;
        replica.train(isTraining());
        replica.setGradientCheckpointing(gradientCheckpointing());
        return replica;
    }

    /** Records where the weights were put. */
    final void placeOn(Device device) {
        this.device = device;
    }

    /** Where the weights are. */
    public final Device device() {
        return Optional.ofNullable(device)
                .orElseThrow(() -> new IllegalStateException("the model has no weights yet: initialize or load them"));
    }

    /** Number of trainable and frozen weights; tied ones count once. */
    public final long numParameters() {
        return namedParameters().values().stream().mapToLong(Parameter::numel).sum();
    }

    /** Frees the weights. */
    @Override
    public final void close() {
        namedParameters().values().forEach(Parameter::close);
        freeUnreadWeights();
    }
}
