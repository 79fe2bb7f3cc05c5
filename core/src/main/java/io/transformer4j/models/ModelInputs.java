package io.transformer4j.models;

import io.transformer4j.attention.SequenceLayout;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A packed batch: the tokens of all sequences in a row, without padding.
 *
 * @param inputIds {@code [tokens]} int64
 * @param tokenTypeIds {@code [tokens]} int64: 0 for the first text of a pair, 1 for the second
 * @param positionIds {@code [tokens]} int64
 * @param layout which tokens belong to which sequence
 */
public record ModelInputs(Tensor inputIds, Tensor tokenTypeIds, Tensor positionIds, SequenceLayout layout) {

    /** Sequences of token type 0, with positions from 0; tensors belong to the open scope. */
    public static ModelInputs of(List<int[]> sequences, Device device) {
        SequenceLayout layout =
                SequenceLayout.of(sequences.stream().mapToInt(ids -> ids.length).toArray());
        long[] ids = sequences.stream()
                .flatMapToInt(Arrays::stream)
                .mapToLong(id -> id)
                .toArray();
        return of(ids, new long[ids.length], layout.positions(), layout, device);
    }

    /** A batch from flat arrays of one element per token. */
    public static ModelInputs of(
            long[] inputIds, long[] tokenTypeIds, long[] positionIds, SequenceLayout layout, Device device) {
        return new ModelInputs(
                tensor(inputIds, device), tensor(tokenTypeIds, device), tensor(positionIds, device), layout);
    }

    /**
     * Checks that no sequence is longer than the model's positions.
     *
     * @throws IllegalArgumentException if one is
     */
    public void checkLength(PretrainedConfig config) {
        int longest = layout.maxLength();
        PretrainedConfig.check(
                longest <= config.maxPositionEmbeddings(),
                "input has %d tokens, but the model has %d positions: truncate it or choose a longer model",
                longest,
                config.maxPositionEmbeddings());
    }

    /** An int64 tensor on {@code device}. */
    public static Tensor tensor(long[] values, Device device) {
        Tensor tensor = Tensor.create(values);
        return device.is_cpu() ? tensor : tensor.to(device, ScalarType.Long);
    }
}
