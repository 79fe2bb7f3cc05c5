package io.transformer4j.tokenizers.postprocessors;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Special tokens by a template, such as {@code [CLS] $A [SEP] $B:1 [SEP]:1}.
 *
 * @param single for one text
 * @param pair for two
 * @param specialTokens what the names in the templates stand for
 */
@JsonPropertyOrder({"single", "pair", "special_tokens"})
public record TemplateProcessing(List<Part> single, List<Part> pair, Map<String, Expansion> specialTokens)
        implements PostProcessor {

    /** An element of a template. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.WRAPPER_OBJECT)
    @JsonSubTypes({
        @JsonSubTypes.Type(value = SequencePart.class, name = "Sequence"),
        @JsonSubTypes.Type(value = SpecialPart.class, name = "SpecialToken"),
    })
    public sealed interface Part permits SequencePart, SpecialPart {}

    /** One of the texts. */
    public record SequencePart(Name id, int typeId) implements Part {

        /** First and second text. */
        public enum Name {
            A,
            B
        }
    }

    /** A special token by its name. */
    public record SpecialPart(String id, int typeId) implements Part {}

    /** What a special token's name stands for: mostly itself. */
    public record Expansion(@JsonProperty("id") String id, List<Integer> ids, List<String> tokens) {

        public Expansion {
            ids = List.copyOf(ids);
            tokens = List.copyOf(tokens);
            if (ids.size() != tokens.size()) {
                throw new TokenizerException("the special token '" + id + "' of a template has " + ids.size()
                        + " ids but " + tokens.size() + " tokens");
            }
        }
    }

    public TemplateProcessing {
        single = List.copyOf(single);
        pair = List.copyOf(pair);
        specialTokens = Collections.unmodifiableMap(new LinkedHashMap<>(specialTokens));
        for (Part part : concat(single, pair)) {
            if (part instanceof SpecialPart special && !specialTokens.containsKey(special.id())) {
                throw new TokenizerException("a template uses '" + special.id()
                        + "', which isn't among its special_tokens " + specialTokens.keySet());
            }
        }
    }

    private static List<Part> concat(List<Part> first, List<Part> second) {
        List<Part> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /**
     * Reads templates in short form: words with an optional {@code :typeId}; {@code $A} and {@code $B} are the texts.
     *
     * @param single for example {@code "[CLS] $A [SEP]"}
     * @param pair for example {@code "[CLS] $A [SEP] $B:1 [SEP]:1"}
     */
    public static TemplateProcessing of(String single, String pair, SpecialToken... specialTokens) {
        Map<String, Expansion> expansions = new LinkedHashMap<>();
        for (SpecialToken special : specialTokens) {
            expansions.put(
                    special.token(), new Expansion(special.token(), List.of(special.id()), List.of(special.token())));
        }
        return new TemplateProcessing(parse(single), parse(pair), expansions);
    }

    private static List<Part> parse(String template) {
        return Arrays.stream(template.split(" ", -1))
                .map(TemplateProcessing::parsePart)
                .toList();
    }

    private static Part parsePart(String word) {
        int colon = word.lastIndexOf(':');
        boolean typed = colon > 0 && word.substring(colon + 1).matches("\\d+");
        String name = typed ? word.substring(0, colon) : word;
        int typeId = typed ? Integer.parseInt(word.substring(colon + 1)) : 0;
        return switch (name) {
            case "$A" -> new SequencePart(SequencePart.Name.A, typeId);
            case "$B" -> new SequencePart(SequencePart.Name.B, typeId);
            default -> new SpecialPart(name, typeId);
        };
    }

    @Override
    public List<Piece> pieces(boolean pairGiven, boolean addSpecialTokens) {
        List<Piece> pieces = new ArrayList<>();
        for (Part part : pairGiven ? pair : single) {
            if (part instanceof SequencePart text) {
                pieces.add(new Piece.Text(text.id() == SequencePart.Name.A ? 0 : 1, text.typeId()));
            } else if (part instanceof SpecialPart special && addSpecialTokens) {
                Expansion expansion = specialTokens.get(special.id());
                pieces.add(new Piece.Special(expansion.ids(), expansion.tokens(), special.typeId()));
            }
        }
        return pieces;
    }
}
