package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import org.jspecify.annotations.Nullable;

/**
 * WordPiece (Schuster and Nakajima 2012; Wu et al. 2016): a word is broken into the longest piece that begins it, then the longest
 * continuing piece, and so on; a word that can't be broken so, or is longer than {@link #maxInputCharsPerWord()}, is one unknown token.
 */
@JsonPropertyOrder({"unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"})
public final class WordPiece implements Model {

    public static final String DEFAULT_PREFIX = "##";
    public static final int DEFAULT_MAX_INPUT_CHARS_PER_WORD = 100;

    private final Vocabulary vocabulary;
    private final String unkToken;
    private final int unkId;
    private final String continuingSubwordPrefix;
    private final int maxInputCharsPerWord;
    private final WordPieceTrie trie;

    /**
     * A model with all its settings.
     *
     * @param unkToken the token for words that can't be broken; must be in the vocabulary once such a word occurs
     * @param maxInputCharsPerWord longest word, in code points, that is broken at all
     */
    public WordPiece(Vocabulary vocabulary, String unkToken, String continuingSubwordPrefix, int maxInputCharsPerWord) {
        if (maxInputCharsPerWord < 0) {
            throw new TokenizerException("max_input_chars_per_word must not be negative, is " + maxInputCharsPerWord);
        }
        this.vocabulary = vocabulary;
        this.unkToken = unkToken;
        this.unkId = vocabulary.id(unkToken);
        this.continuingSubwordPrefix = continuingSubwordPrefix;
        this.maxInputCharsPerWord = maxInputCharsPerWord;
        this.trie = WordPieceTrie.build(vocabulary, continuingSubwordPrefix, maxInputCharsPerWord);
    }

    /** With BERT's settings. */
    public WordPiece(Vocabulary vocabulary) {
        this(vocabulary, "[UNK]", DEFAULT_PREFIX, DEFAULT_MAX_INPUT_CHARS_PER_WORD);
    }

    @JsonCreator
    static WordPiece fromJson(
            @JsonProperty("vocab") Vocabulary vocabulary,
            @JsonProperty("unk_token") @Nullable String unkToken,
            @JsonProperty("continuing_subword_prefix") @Nullable String prefix,
            @JsonProperty("max_input_chars_per_word") @Nullable Integer maxChars) {
        return new WordPiece(
                vocabulary,
                unkToken == null ? "[UNK]" : unkToken,
                prefix == null ? DEFAULT_PREFIX : prefix,
                maxChars == null ? DEFAULT_MAX_INPUT_CHARS_PER_WORD : maxChars);
    }

    @Override
    @JsonProperty("vocab")
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    @Override
    @JsonProperty("unk_token")
    public String unkToken() {
        return unkToken;
    }

    @JsonProperty("continuing_subword_prefix")
    public String continuingSubwordPrefix() {
        return continuingSubwordPrefix;
    }

    @JsonProperty("max_input_chars_per_word")
    public int maxInputCharsPerWord() {
        return maxInputCharsPerWord;
    }

    /** The automaton behind the matching, for those who fuse it with their own scanning. */
    public WordPieceTrie trie() {
        return trie;
    }

    /**
     * The id of {@link #unkToken()}.
     *
     * @throws TokenizerException if the vocabulary doesn't hold {@link #unkToken()}
     */
    public int requireUnkId() {
        if (unkId < 0) {
            throw new TokenizerException("the text has a word that isn't in the vocabulary, and neither is unk_token '"
                    + unkToken + "': add it to the vocabulary");
        }
        return unkId;
    }

    @Override
    public boolean continuesWord(String token) {
        return !continuingSubwordPrefix.isEmpty() && token.startsWith(continuingSubwordPrefix);
    }

    @Override
    public void tokenize(NormalizedString word, int wordIndex, TokenBuffer out) {
        if (word.isEmpty()) {
            return;
        }
        int count = -1;
        int[] pieces = {};
        if (word.length() <= maxInputCharsPerWord) {
            String text = word.toString();
            pieces = new int[2 * text.length()];
            count = trie.match(text.toCharArray(), text.length(), pieces);
        }
        if (count < 0) {
            out.add(requireUnkId(), word.startAt(0), word.endAt(word.length() - 1), wordIndex);
            return;
        }
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = from;
            for (int chars = 0; chars < pieces[2 * i + 1]; to++) {
                chars += Character.charCount(word.codePointAt(to));
            }
            out.add(pieces[2 * i], word.startAt(from), word.endAt(to - 1), wordIndex);
            from = to;
        }
    }
}
