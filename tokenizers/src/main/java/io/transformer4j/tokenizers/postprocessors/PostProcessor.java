package io.transformer4j.tokenizers.postprocessors;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Says what stands around the texts. Immutable and thread-safe. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = BertProcessing.class, name = "BertProcessing"),
    @JsonSubTypes.Type(value = ByteLevel.class, name = "ByteLevel"),
    @JsonSubTypes.Type(value = RobertaProcessing.class, name = "RobertaProcessing"),
    @JsonSubTypes.Type(value = Sequence.class, name = "Sequence"),
    @JsonSubTypes.Type(value = TemplateProcessing.class, name = "TemplateProcessing"),
})
public sealed interface PostProcessor
        permits BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing {

    /** The texts alone: type id 0 for the first, 1 for the second. */
    List<Piece> PLAIN_SINGLE = List.of(new Piece.Text(0, 0));

    /** See {@link #PLAIN_SINGLE}. */
    List<Piece> PLAIN_PAIR = List.of(new Piece.Text(0, 0), new Piece.Text(1, 1));

    /**
     * The parts of an encoding in their order.
     *
     * @param pair whether there is a second text
     * @param addSpecialTokens whether special tokens are wanted
     */
    List<Piece> pieces(boolean pair, boolean addSpecialTokens);

    /** How offsets lose the blanks at the ends of tokens. */
    default OffsetTrimming trimming() {
        return OffsetTrimming.NONE;
    }

    static List<Piece> plain(boolean pair) {
        return pair ? PLAIN_PAIR : PLAIN_SINGLE;
    }
}
