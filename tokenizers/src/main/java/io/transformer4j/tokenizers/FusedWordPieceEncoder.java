package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.models.WordPieceTrie;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import java.util.Arrays;

/**
 * BERT's normalizer, pre-tokenizer and WordPiece in one pass over the characters (Song et al. 2021, §4: end-to-end tokenization).
 *
 * <p>Each character is looked up in a {@link BertCharacterMap} and fed to the {@link WordPieceTrie} at once; no word is ever cut out,
 * copied or looked up. Where a character's normalization depends on its neighbours, the pipeline does the whole stretch instead.
 */
final class FusedWordPieceEncoder implements SegmentEncoder {

    private static final int BLOCK_SIZE = 4096;

    private final BertCharacterMap characters;
    private final WordPiece model;
    private final PipelineEncoder pipeline;

    FusedWordPieceEncoder(BertNormalizer normalizer, WordPiece model, PipelineEncoder pipeline) {
        this.characters = new BertCharacterMap(normalizer);
        this.model = model;
        this.pipeline = pipeline;
    }

    @Override
    public int encode(String text, int from, int to, int firstWord, TokenBuffer out) {
        int sizeBefore = out.size();
        WordMatcher words = new WordMatcher(model, characters.latin1(), firstWord, out);
        char[] block = new char[Math.min(to - from, BLOCK_SIZE)];
        for (int blockStart = from; blockStart < to; ) {
            int blockEnd = Math.min(to, blockStart + block.length);
            if (blockEnd < to && Character.isHighSurrogate(text.charAt(blockEnd - 1)) && blockEnd - blockStart > 1) {
                blockEnd--; // keep pairs together
            }
            text.getChars(blockStart, blockEnd, block, 0);
            if (!encodeBlock(block, blockEnd - blockStart, blockStart, words)) {
                out.truncate(sizeBefore);
                return pipeline.encode(text, from, to, firstWord, out);
            }
            blockStart = blockEnd;
        }
        words.end();
        return words.nextWord();
    }

    /**
     * Feeds a block of characters; false if it holds one whose form depends on its neighbours.
     *
     * @param base position of the block in the text
     */
    private boolean encodeBlock(char[] block, int length, int base, WordMatcher words) {
        for (int i = 0; i < length; ) {
            i = words.appendPlain(block, i, length, base);
            if (i == length) {
                break;
            }
            char c = block[i];
            int size = 1;
            int codePoint = c;
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(block[i + 1])) {
                    codePoint = Character.toCodePoint(c, block[i + 1]);
                    size = 2;
                } else {
                    codePoint = NormalizedString.REPLACEMENT;
                }
            }
            int action = characters.action(codePoint);
            if (action == BertCharacterMap.UNSAFE) {
                return false;
            }
            int start = base + i;
            if (action == BertCharacterMap.COMPLEX) {
                words.takeAll(characters.expansion(codePoint), start, start + size);
            } else if (action != BertCharacterMap.DROPPED) {
                words.take(action, start, start + size);
            }
            i += size;
        }
        return true;
    }

    /** Breaks the word being read into pieces as its characters come. */
    private static final class WordMatcher {

        private final WordPiece model;
        private final WordPieceTrie trie;
        private final int[] latin1;
        private final TokenBuffer out;
        private final int maxChars;

        /** Spans, in the text, of the word's characters, unless it is {@link #plain}. */
        private int[] starts = new int[2 * WordPiece.DEFAULT_MAX_INPUT_CHARS_PER_WORD];

        private int[] ends = new int[2 * WordPiece.DEFAULT_MAX_INPUT_CHARS_PER_WORD];
        private boolean plain = true; // character i of the word is character wordStart + i of the text
        private int node = WordPieceTrie.ROOT;
        private int length; // in chars
        private int codePoints;
        private int matched; // chars already in pieces
        private int firstPiece;
        private boolean broken; // it can only be unknown
        private int wordStart;
        private int wordEnd;
        private int word;

        WordMatcher(WordPiece model, int[] latin1, int firstWord, TokenBuffer out) {
            this.model = model;
            this.trie = model.trie();
            this.latin1 = latin1;
            this.out = out;
            this.maxChars = model.maxInputCharsPerWord();
            this.firstPiece = out.size();
            this.word = firstWord;
        }

        int nextWord() {
            return word;
        }

        /**
         * Takes characters as long as they need no thought: Latin ones that go on a plain word, and single blanks. This is where nearly all
         * time is spent.
         *
         * @return where it stopped
         */
        int appendPlain(char[] block, int from, int to, int base) {
            int at = from;
            while (at < to && plain) {
                if (codePoints == 0) {
                    wordStart = base + at;
                } else if (wordEnd != base + at) {
                    return at; // something vanished in between
                }
                int runStart = at;
                int current = node;
                int action = 0;
                while (at < to && block[at] < 256 && (action = latin1[block[at]]) > 0) {
                    int target = trie.next(current, (char) action);
                    if (target == WordPieceTrie.NONE && !broken) {
                        node = current;
                        broken |= codePoints + at - runStart >= maxChars;
                        while (target == WordPieceTrie.NONE && fallBack()) {
                            target = trie.next(node, (char) action);
                        }
                    }
                    current = target == WordPieceTrie.NONE ? WordPieceTrie.ROOT : target;
                    at++;
                }
                node = current;
                length += at - runStart;
                codePoints += at - runStart;
                wordEnd = base + at;
                broken |= codePoints > maxChars;
                if (at == to || block[at] >= 256 || action != BertCharacterMap.SPACE) {
                    return at;
                }
                end();
                at++;
            }
            return at;
        }

        /** Does what a {@link BertCharacterMap} says with a character that stands at {@code [start, end)}. */
        void take(int action, int start, int end) {
            if (action > 0) {
                append(action, start, end);
                return;
            }
            end();
            if (action <= BertCharacterMap.ISOLATED) {
                append(BertCharacterMap.ISOLATED - action, start, end);
                end();
            }
        }

        /** Takes all that one character expands to. */
        void takeAll(String expansion, int start, int end) {
            for (int i = 0; i < expansion.length(); ) {
                int part = expansion.codePointAt(i);
                i += Character.charCount(part);
                take(BertCharacterMap.normalizedAction(part), start, end);
            }
        }

        private void append(int codePoint, int start, int end) {
            if (codePoints == 0) {
                wordStart = start;
            }
            wordEnd = end;
            codePoints++;
            broken |= codePoints > maxChars;
            if (broken) {
                return;
            }
            if (Character.isBmpCodePoint(codePoint)) {
                step((char) codePoint, start, end);
            } else {
                step(Character.highSurrogate(codePoint), start, end);
                step(Character.lowSurrogate(codePoint), start, end);
            }
        }

        private void step(char c, int start, int end) {
            if (plain && (start != wordStart + length || end != start + 1)) {
                ensureSpans(length);
                for (int i = 0; i < length; i++) {
                    starts[i] = wordStart + i;
                    ends[i] = wordStart + i + 1;
                }
                plain = false;
            }
            if (!plain) {
                ensureSpans(length + 1);
                starts[length] = start;
                ends[length] = end;
            }
            length++;
            int target = trie.next(node, c);
            while (target == WordPieceTrie.NONE && fallBack()) {
                target = trie.next(node, c);
            }
            node = target == WordPieceTrie.NONE ? WordPieceTrie.ROOT : target; // a broken word's node doesn't matter
        }

        private void ensureSpans(int count) {
            if (count > starts.length) {
                int capacity = (int) Math.min(Integer.MAX_VALUE - 8, 2L * count);
                starts = Arrays.copyOf(starts, capacity);
                ends = Arrays.copyOf(ends, capacity);
            }
        }

        /** Follows the failure link and emits its pieces; false if the word is unknown. */
        private boolean fallBack() {
            int link = trie.fail(node);
            if (link == WordPieceTrie.NONE || broken) {
                broken = true;
                return false;
            }
            int pops = trie.pops(node);
            for (int i = 0; i < trie.popCount(pops); i++) {
                int pieceEnd = matched + trie.popLength(pops, i);
                out.add(
                        trie.popId(pops, i),
                        plain ? wordStart + matched : starts[matched],
                        plain ? wordStart + pieceEnd : ends[pieceEnd - 1],
                        word);
                matched = pieceEnd;
            }
            node = link;
            return true;
        }

        void end() {
            if (codePoints == 0) {
                return;
            }
            while (!broken && node != WordPieceTrie.CONTINUATION) {
                fallBack();
            }
            if (broken) {
                out.truncate(firstPiece);
                out.add(model.requireUnkId(), wordStart, wordEnd, word);
            }
            word++;
            node = WordPieceTrie.ROOT;
            length = 0;
            codePoints = 0;
            matched = 0;
            broken = false;
            plain = true;
            firstPiece = out.size();
        }
    }
}
