package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.models.WordPieceTrie;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;

/**
 * BERT's normalizer, pre-tokenizer and WordPiece in one pass over the characters (Song et al. 2021, §4: end-to-end tokenization).
 *
 * <p>Each character is looked up in a {@link BertCharacterMap} and fed to the {@link WordPieceTrie} at once; no word is ever cut out,
 * copied or looked up. Where a character's normalization depends on its neighbours, the pipeline does the whole stretch instead.
 */
final class FusedWordPieceEncoder implements SegmentEncoder {

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
        WordMatcher words = new WordMatcher(model, firstWord, out);
        int[] latin1 = characters.latin1();
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            int action;
            if (c < 256) {
                action = latin1[c];
            } else if (!Character.isSurrogate(c)) {
                action = characters.action(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                if (!feedExpansion(Character.toCodePoint(c, text.charAt(i + 1)), i, i + 2, words)) {
                    return pipelined(text, from, to, firstWord, out, sizeBefore);
                }
                i++;
                continue;
            } else {
                action = characters.action(NormalizedString.REPLACEMENT);
            }
            if (action > 0) {
                words.append((char) action, i, i + 1);
            } else if (action == BertCharacterMap.SPACE) {
                words.end();
            } else if (action <= BertCharacterMap.ISOLATED) {
                words.end();
                words.append((char) (BertCharacterMap.ISOLATED - action), i, i + 1);
                words.end();
            } else if (action != BertCharacterMap.DROPPED && !feedExpansion(c, i, i + 1, words)) {
                return pipelined(text, from, to, firstWord, out, sizeBefore);
            }
        }
        words.end();
        return words.nextWord();
    }

    private int pipelined(String text, int from, int to, int firstWord, TokenBuffer out, int sizeBefore) {
        out.truncate(sizeBefore);
        return pipeline.encode(text, from, to, firstWord, out);
    }

    /** Feeds what a code point becomes; false if that depends on its neighbours. */
    private boolean feedExpansion(int codePoint, int start, int end, WordMatcher words) {
        if (characters.action(codePoint) == BertCharacterMap.UNSAFE) {
            return false;
        }
        String expansion = characters.expansion(codePoint);
        for (int i = 0; i < expansion.length(); ) {
            int part = expansion.codePointAt(i);
            i += Character.charCount(part);
            int action = BertCharacterMap.normalizedAction(part);
            if (action > 0) {
                words.appendCodePoint(part, start, end);
            } else {
                words.end();
                if (action <= BertCharacterMap.ISOLATED) {
                    words.appendCodePoint(part, start, end);
                    words.end();
                }
            }
        }
        return true;
    }

    /** Breaks the word being read into pieces as its characters come. */
    private static final class WordMatcher {

        private final WordPiece model;
        private final WordPieceTrie trie;
        private final TokenBuffer out;
        private final int maxChars;

        /** Spans, in the text, of the word's characters; words longer than the model takes aren't kept. */
        private final int[] starts;

        private final int[] ends;
        private int node = WordPieceTrie.ROOT;
        private int length; // in chars
        private int codePoints;
        private int matched; // chars already in pieces
        private int firstPiece;
        private boolean broken; // it can only be unknown
        private int wordStart;
        private int wordEnd;
        private int word;

        WordMatcher(WordPiece model, int firstWord, TokenBuffer out) {
            this.model = model;
            this.trie = model.trie();
            this.out = out;
            this.maxChars = model.maxInputCharsPerWord();
            this.starts = new int[2 * maxChars + 2];
            this.ends = new int[2 * maxChars + 2];
            this.firstPiece = out.size();
            this.word = firstWord;
        }

        int nextWord() {
            return word;
        }

        void appendCodePoint(int codePoint, int start, int end) {
            if (Character.isBmpCodePoint(codePoint)) {
                append((char) codePoint, start, end);
            } else {
                append(Character.highSurrogate(codePoint), start, end);
                codePoints--; // the two halves are one
                append(Character.lowSurrogate(codePoint), start, end);
            }
        }

        void append(char c, int start, int end) {
            if (codePoints == 0) {
                wordStart = start;
            }
            wordEnd = end;
            codePoints++;
            if (broken) {
                return;
            }
            if (codePoints > maxChars) {
                broken = true;
                return;
            }
            starts[length] = start;
            ends[length++] = end;
            int target = trie.next(node, c);
            while (target == WordPieceTrie.NONE) {
                if (!fallBack()) {
                    return;
                }
                target = trie.next(node, c);
            }
            node = target;
        }

        /** Follows the failure link and emits its pieces; false if the word is unknown. */
        private boolean fallBack() {
            int link = trie.fail(node);
            if (link == WordPieceTrie.NONE) {
                broken = true;
                return false;
            }
            int pops = trie.pops(node);
            for (int i = 0; i < trie.popCount(pops); i++) {
                int pieceEnd = matched + trie.popLength(pops, i);
                out.add(trie.popId(pops, i), starts[matched], ends[pieceEnd - 1], word);
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
            firstPiece = out.size();
        }
    }
}
