package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.models.ByteLevelBpe;
import io.transformer4j.tokenizers.text.TokenBuffer;

/** GPT-2's pre-tokenizer and byte-level BPE in one pass, with the words seen before remembered. */
final class FusedByteLevelEncoder implements SegmentEncoder {

    private final ByteLevelBpe bpe;
    private final boolean addPrefixSpace;

    FusedByteLevelEncoder(ByteLevelBpe bpe, boolean addPrefixSpace) {
        this.bpe = bpe;
        this.addPrefixSpace = addPrefixSpace;
    }

    @Override
    public int encode(String text, int from, int to, int firstWord, TokenBuffer out) {
        return bpe.encode(text, from, to, addPrefixSpace, firstWord, out);
    }
}
