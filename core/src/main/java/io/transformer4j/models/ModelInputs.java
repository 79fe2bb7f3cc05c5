package io.transformer4j.models;

import io.transformer4j.attention.SequenceLayout;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A packed batch: the tokens of all sequences in a row, without padding.
 *
 * @param inputIds {@code [tokens]} int64
 * @param tokenTypeIds {@code [tokens]} int64: 0 for the first text of a pair, 1 for the second
 * @param positionIds {@code [tokens]} int64, rows of the model's table of positions; null for those that the model gives
 *     to a sequence that starts with its first token
 * @param layout which tokens belong to which sequence
 * @param globalAttention {@code [tokens]} int64: 1 for tokens that see, and are seen by, all others of their sequence
 *     where attention is otherwise local; null to leave that to the model
 * @param decoder for encoder–decoder models: what the decoder has of each sequence's target
 */
public record ModelInputs(
        Tensor inputIds,
        Tensor tokenTypeIds,
        @Nullable Tensor positionIds,
        SequenceLayout layout,
        @Nullable Tensor globalAttention,
        @Nullable ModelInputs decoder) {

    /** Sequences of token type 0, at the model's own positions; tensors belong to the open scope. */
    public static ModelInputs of(List<int[]> sequences, Device device) {
        SequenceLayout layout =
                SequenceLayout.of(sequences.stream().mapToInt(ids -> ids.length).toArray());
        long[] ids = sequences.stream()
                .flatMapToInt(Arrays::stream)
                .mapToLong(id -> id)
                .toArray();
        return of(ids, new long[ids.length], null, layout, device);
    }

    /** A batch from flat arrays of one element per token. */
    public static ModelInputs of(
            long[] inputIds, long[] tokenTypeIds, long @Nullable [] positionIds, SequenceLayout layout, Device device) {
        return new ModelInputs(
                tensor(inputIds, device),
                tensor(tokenTypeIds, device),
                positionIds == null ? null : tensor(positionIds, device),
                layout,
                null,
                null);
    }

    /** The same encoder inputs with what the decoder gets. */
    public ModelInputs withDecoder(ModelInputs decoder) {
        return new ModelInputs(inputIds, tokenTypeIds, positionIds, layout, globalAttention, decoder);
    }

    /** The same inputs with other token types. */
    public ModelInputs withTokenTypeIds(long[] tokenTypeIds) {
        return new ModelInputs(
                inputIds, tensor(tokenTypeIds, inputIds.device()), positionIds, layout, globalAttention, decoder);
    }

    /** The same inputs with chosen global tokens. */
    public ModelInputs withGlobalAttention(long[] globalAttention) {
        return new ModelInputs(
                inputIds, tokenTypeIds, positionIds, layout, tensor(globalAttention, inputIds.device()), decoder);
    }

    /** {@code [tokens]} int64: the given position ids, or else 0, 1, 2 … in each sequence. */
    public Tensor positions() {
        return positionIds == null ? tensor(layout.positions(), inputIds.device()) : positionIds;
    }

    /**
     * Checks that no sequence is longer than the model's positions, if these limit it.
     *
     * @throws IllegalArgumentException if one is
     */
    public void checkLength(PretrainedConfig config) {
        int longest = layout.maxLength();
        PretrainedConfig.check(
                longest <= config.maxInputLength() || !config.limitsInputLength(),
                "input has %d tokens, but the model has %d positions: truncate it or choose a longer model",
                longest,
                config.maxInputLength());
    }

    /** An int64 tensor on {@code device}. */
    public static Tensor tensor(long[] values, Device device) {
        Tensor tensor = Tensor.create(values);
        return device.is_cpu() ? tensor : tensor.to(device, ScalarType.Long);
    }
}
