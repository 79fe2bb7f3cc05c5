package io.transformer4j.tokenizers.decoders;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Turns tokens into the parts of a text. Immutable and thread-safe. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BpeDecoder.class, name = "BPEDecoder"),
    @JsonSubTypes.Type(value = ByteFallback.class, name = "ByteFallback"),
    @JsonSubTypes.Type(value = ByteLevel.class, name = "ByteLevel"),
    @JsonSubTypes.Type(value = Ctc.class, name = "CTC"),
    @JsonSubTypes.Type(value = Fuse.class, name = "Fuse"),
    @JsonSubTypes.Type(value = Metaspace.class, name = "Metaspace"),
    @JsonSubTypes.Type(value = Replace.class, name = "Replace"),
    @JsonSubTypes.Type(value = Sequence.class, name = "Sequence"),
    @JsonSubTypes.Type(value = Strip.class, name = "Strip"),
    @JsonSubTypes.Type(value = WordPiece.class, name = "WordPiece"),
})
public sealed interface Decoder
        permits BpeDecoder, ByteFallback, ByteLevel, Ctc, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece {

    /** Rewrites {@code tokens} into strings that, joined, are the text. */
    List<String> decode(List<String> tokens);
}
