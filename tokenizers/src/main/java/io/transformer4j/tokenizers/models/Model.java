package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import org.jspecify.annotations.Nullable;

/** Cuts words into pieces with ids. Immutable and thread-safe. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = WordPiece.class, name = "WordPiece"),
    @JsonSubTypes.Type(value = Bpe.class, name = "BPE"),
    @JsonSubTypes.Type(value = Unigram.class, name = "Unigram"),
    @JsonSubTypes.Type(value = WordLevel.class, name = "WordLevel"),
})
public sealed interface Model permits WordPiece, Bpe, Unigram, WordLevel, SentencePiece {

    /** Appends the tokens of one word, with spans in the original text and {@code wordIndex} as their word. */
    void tokenize(NormalizedString word, int wordIndex, TokenBuffer out);

    Vocabulary vocabulary();

    /** The token for what the vocabulary doesn't hold, or null. */
    @Nullable
    String unkToken();

    /** Whether this token goes on a word that another began. */
    @JsonIgnore
    default boolean continuesWord(String token) {
        return false;
    }
}
