package io.transformer4j.tokenizers.normalizers;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.transformer4j.tokenizers.text.NormalizedString;

/** Rewrites a text before it is cut into words. Immutable and thread-safe. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BertNormalizer.class, name = "BertNormalizer"),
    @JsonSubTypes.Type(value = ByteLevel.class, name = "ByteLevel"),
    @JsonSubTypes.Type(value = Lowercase.class, name = "Lowercase"),
    @JsonSubTypes.Type(value = Nfc.class, name = "NFC"),
    @JsonSubTypes.Type(value = Nfd.class, name = "NFD"),
    @JsonSubTypes.Type(value = Nfkc.class, name = "NFKC"),
    @JsonSubTypes.Type(value = Nfkd.class, name = "NFKD"),
    @JsonSubTypes.Type(value = Nmt.class, name = "Nmt"),
    @JsonSubTypes.Type(value = Precompiled.class, name = "Precompiled"),
    @JsonSubTypes.Type(value = Prepend.class, name = "Prepend"),
    @JsonSubTypes.Type(value = Replace.class, name = "Replace"),
    @JsonSubTypes.Type(value = Sequence.class, name = "Sequence"),
    @JsonSubTypes.Type(value = Strip.class, name = "Strip"),
    @JsonSubTypes.Type(value = StripAccents.class, name = "StripAccents"),
})
public sealed interface Normalizer
        permits BertNormalizer,
                ByteLevel,
                Lowercase,
                Nfc,
                Nfd,
                Nfkc,
                Nfkd,
                Nmt,
                Precompiled,
                Prepend,
                Replace,
                SentencePieceNormalizer,
                Sequence,
                Strip,
                StripAccents {

    /** Rewrites {@code text} in place. */
    void normalize(NormalizedString text);
}
