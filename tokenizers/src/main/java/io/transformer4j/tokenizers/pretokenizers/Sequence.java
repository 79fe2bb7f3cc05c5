package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.text.PreTokenizedString;
import java.util.List;

/** Several pre-tokenizers, each cutting the pieces of the one before. */
public record Sequence(@JsonProperty("pretokenizers") List<PreTokenizer> preTokenizers) implements PreTokenizer {

    public Sequence {
        preTokenizers = List.copyOf(preTokenizers);
    }

    @Override
    public void preTokenize(PreTokenizedString text) {
        preTokenizers.forEach(preTokenizer -> preTokenizer.preTokenize(text));
    }
}
