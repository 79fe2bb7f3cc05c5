package io.transformer4j.tokenizers.models;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import org.jspecify.annotations.Nullable;

/** Each word is a token, or unknown. */
@JsonPropertyOrder({"vocab", "unk_token"})
public record WordLevel(
        @JsonProperty("vocab") Vocabulary vocabulary,
        @JsonProperty("unk_token") String unkToken) implements Model {

    @JsonCreator
    static WordLevel fromJson(
            @JsonProperty("vocab") Vocabulary vocabulary, @JsonProperty("unk_token") @Nullable String unkToken) {
        return new WordLevel(vocabulary, unkToken == null ? "<unk>" : unkToken);
    }

    @Override
    public void tokenize(NormalizedString word, int wordIndex, TokenBuffer out) {
        if (word.isEmpty()) {
            return;
        }
        String text = word.toString();
        int id = vocabulary.id(text);
        if (id < 0) {
            id = vocabulary.id(unkToken);
        }
        if (id < 0) {
            throw new TokenizerException("'" + text + "' isn't in the vocabulary, and neither is unk_token '" + unkToken
                    + "': add it to the vocabulary");
        }
        out.add(id, word.startAt(0), word.endAt(word.length() - 1), wordIndex);
    }
}
