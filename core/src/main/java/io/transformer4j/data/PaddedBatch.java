package io.transformer4j.data;

/**
 * A {@link Batch} as a rectangle, row by row, for those who need one; each array has {@code batchSize · length} entries.
 *
 * @param batchSize rows
 * @param length columns
 * @param inputIds the padding id behind the end of a sequence
 * @param attentionMask 1 for tokens, 0 for padding
 * @param tokenTypeIds 0 in padding
 * @param positionIds 0 in padding
 * @param labels {@link Batch#IGNORED} in padding
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
public record PaddedBatch(
        int batchSize,
        int length,
        int[] inputIds,
        int[] attentionMask,
        int[] tokenTypeIds,
        int[] positionIds,
        int[] labels) {}
