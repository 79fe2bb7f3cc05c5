package io.transformer4j.tokenizers.pretokenizers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.transformer4j.tokenizers.text.PreTokenizedString;

/** Cuts a normalized text into words. Immutable and thread-safe. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BertPreTokenizer.class, name = "BertPreTokenizer"),
    @JsonSubTypes.Type(value = ByteLevel.class, name = "ByteLevel"),
    @JsonSubTypes.Type(value = CharDelimiterSplit.class, name = "CharDelimiterSplit"),
    @JsonSubTypes.Type(value = Digits.class, name = "Digits"),
    @JsonSubTypes.Type(value = FixedLength.class, name = "FixedLength"),
    @JsonSubTypes.Type(value = Metaspace.class, name = "Metaspace"),
    @JsonSubTypes.Type(value = Punctuation.class, name = "Punctuation"),
    @JsonSubTypes.Type(value = Sequence.class, name = "Sequence"),
    @JsonSubTypes.Type(value = Split.class, name = "Split"),
    @JsonSubTypes.Type(value = UnicodeScripts.class, name = "UnicodeScripts"),
    @JsonSubTypes.Type(value = Whitespace.class, name = "Whitespace"),
    @JsonSubTypes.Type(value = WhitespaceSplit.class, name = "WhitespaceSplit"),
})
public sealed interface PreTokenizer
        permits BertPreTokenizer,
                ByteLevel,
                CharDelimiterSplit,
                Digits,
                FixedLength,
                Metaspace,
                Punctuation,
                Sequence,
                Split,
                UnicodeScripts,
                Whitespace,
                WhitespaceSplit {

    /** Cuts the pieces of {@code text} further. */
    void preTokenize(PreTokenizedString text);
}
