package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.UnicodeNormalization;
import io.transformer4j.tokenizers.text.UnicodeTables;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What {@link BertNormalizer} and BERT's pre-tokenizer together make of each code point.
 *
 * <p>BERT's normalization doesn't look at a character's neighbours but for one case: decomposition reorders combining marks, and marks
 * that aren't dropped afterwards show it. Such code points are {@link #UNSAFE}. Actions come from running the normalizer itself on the
 * single code point; they are kept by blocks of 256, which are filled when first asked for. Thread-safe.
 */
final class BertCharacterMap {

    /** White space: ends a word. Positive actions are the one {@code char} that a word goes on with. */
    static final int SPACE = 0;

    /** Vanishes. */
    static final int DROPPED = -1;

    /** Depends on its neighbours. */
    static final int UNSAFE = -2;

    /** Becomes several characters: see {@link #expansion}. */
    static final int COMPLEX = -3;

    /** Actions from here down: {@code ISOLATED - c} is the character {@code c} as a word of its own. */
    static final int ISOLATED = -4;

    private static final int BLOCK_SIZE = 256;

    private static final class Block {
        final int[] actions = new int[BLOCK_SIZE];
        final String[] expansions = new String[BLOCK_SIZE];
    }

    private final BertNormalizer normalizer;
    private final AtomicReferenceArray<Block> blocks =
            new AtomicReferenceArray<>((Character.MAX_CODE_POINT + 1) / BLOCK_SIZE);

    BertCharacterMap(BertNormalizer normalizer) {
        this.normalizer = normalizer;
    }

    int action(int codePoint) {
        return block(codePoint).actions[codePoint % BLOCK_SIZE];
    }

    /** The actions of code points 0 to 255. */
    int[] latin1() {
        return block(0).actions;
    }

    /** What a {@link #COMPLEX} code point becomes. */
    String expansion(int codePoint) {
        return block(codePoint).expansions[codePoint % BLOCK_SIZE];
    }

    /** The action of a character of an expansion, which is normalized already. */
    static int normalizedAction(int codePoint) {
        if (UnicodeTables.isWhitespace(codePoint)) {
            return SPACE;
        }
        return UnicodeTables.isPunctuation(codePoint) ? ISOLATED - codePoint : codePoint;
    }

    private Block block(int codePoint) {
        int index = codePoint / BLOCK_SIZE;
        Block block = blocks.get(index);
        if (block == null) {
            block = compute(index * BLOCK_SIZE);
            blocks.set(index, block);
        }
        return block;
    }

    private Block compute(int first) {
        Block block = new Block();
        for (int i = 0; i < BLOCK_SIZE; i++) {
            int codePoint = first + i;
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                codePoint = NormalizedString.REPLACEMENT;
            }
            NormalizedString text = NormalizedString.of(Character.toString(codePoint));
            normalizer.normalize(text);
            block.actions[i] = isUnsafe(codePoint) ? UNSAFE : action(text);
            block.expansions[i] = text.toString();
        }
        return block;
    }

    private static int action(NormalizedString text) {
        if (text.isEmpty()) {
            return DROPPED;
        }
        int first = text.codePointAt(0);
        if (text.length() == 1 && first <= Character.MAX_VALUE && first != 0) {
            return normalizedAction(first);
        }
        boolean ideograph = text.length() == 3
                && first == ' '
                && text.codePointAt(2) == ' '
                && text.codePointAt(1) <= Character.MAX_VALUE;
        return ideograph ? ISOLATED - text.codePointAt(1) : COMPLEX;
    }

    /** Whether the decomposition holds a mark that takes part in reordering and isn't dropped; or there is no action for it. */
    private boolean isUnsafe(int codePoint) {
        if (codePoint == 0 && !normalizer.cleanText()) {
            return true; // no action stands for it: 0 is SPACE
        }
        if (!normalizer.stripsAccents()) {
            return false;
        }
        int[] decomposed = UnicodeNormalization.decompose(codePoint, false);
        for (int part : decomposed == null ? new int[] {codePoint} : decomposed) {
            if (UnicodeTables.combiningClass(part) != 0 && !UnicodeTables.isNonspacingMark(part)) {
                return true;
            }
        }
        return false;
    }
}
