package io.transformer4j.data;

import io.transformer4j.data.SparseIndex.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Sequences {@code [CLS] tokens [SEP]} of consecutive sentences for masked-language modelling; a collator masks them. The
 * sequences are the same in each epoch and together hold each token of the cache once.
 */
public final class MlmDataset implements Dataset {
    private static final String PURPOSE = "masked-language modelling";

    private final TokenCache cache;
    private final int cls;
    private final int sep;
    private final int maxTokens; // without [CLS] and [SEP]
    private final SequencePacking packing;
    private final SparseIndex index;

    /**
     * Cuts the cache into sequences, in one pass over its sentence boundaries.
     *
     * @param maxLength longest sequence, special tokens included
     */
    public MlmDataset(TokenCache cache, SpecialTokens special, int maxLength, SequencePacking packing) {
        if (maxLength < 3) {
            throw new IllegalArgumentException("maxLength must be at least 3, not " + maxLength);
        }
        this.cache = cache;
        this.packing = packing;
        cls = SpecialTokens.require(special.cls(), "[CLS]", PURPOSE);
        sep = SpecialTokens.require(special.sep(), "[SEP]", PURPOSE);
        maxTokens = maxLength - 2;
        index = new SparseIndex(cursor -> pack(cursor, null));
    }

    @Override
    public long size() {
        return index.size();
    }

    @Override
    public Example get(int epoch, long at) {
        IdBuffer ids = new IdBuffer(maxTokens + 2).add(cls);
        pack(index.find(at), ids);
        ids.add(sep);
        return new Example(at, ids.toArray(), new int[ids.size()], null, null);
    }

    /**
     * Goes over the sentences of one sequence, greedily, and appends their tokens to {@code target} if there is one.
     *
     * @return false at the end of the cache
     */
    private boolean pack(Cursor cursor, @Nullable IdBuffer target) {
        int used = 0;
        boolean separate = false; // a document ended inside this sequence
        while (cursor.document < cache.documents()) {
            if (cursor.segment == cache.documentStart(cursor.document + 1)) {
                if (used > 0 && packing != SequencePacking.FULL_SENTENCES) {
                    break;
                }
                cursor.document++;
                separate = used > 0;
                continue;
            }
            int left = cache.segmentLength(cursor.segment) - cursor.offset;
            int needed = left + (separate ? 1 : 0);
            if (used > 0 && (used + needed > maxTokens || packing == SequencePacking.SENTENCES)) {
                break;
            }
            int taken = Math.min(left, maxTokens); // less than all only at the start of a sequence
            if (target != null) {
                if (separate) {
                    target.add(sep);
                }
                target.add(cache, cache.segmentStart(cursor.segment) + cursor.offset, taken);
            }
            used += separate ? taken + 1 : taken;
            separate = false;
            if (taken < left) {
                cursor.offset += taken;
                break;
            }
            cursor.segment++;
            cursor.offset = 0;
        }
        return used > 0;
    }
}
