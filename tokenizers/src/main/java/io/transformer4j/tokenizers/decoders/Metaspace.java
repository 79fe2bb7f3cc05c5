package io.transformer4j.tokenizers.decoders;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.transformer4j.tokenizers.pretokenizers.Metaspace.PrependScheme;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns {@code ▁} back into spaces; those of the first token go, as the pre-tokenizer put one there. */
public record Metaspace(String replacement, PrependScheme prependScheme, boolean split) implements Decoder {

    @JsonCreator
    static Metaspace fromJson(
            @JsonProperty("replacement") String replacement,
            @JsonProperty("prepend_scheme") @Nullable PrependScheme scheme,
            @JsonProperty("split") @Nullable Boolean split,
            @JsonProperty("add_prefix_space") @Nullable Boolean addPrefixSpace,
            @JsonProperty("str_rep") @Nullable String ignoredStrRep) {
        boolean never = addPrefixSpace != null && !addPrefixSpace;
        PrependScheme resolved = never ? PrependScheme.NEVER : scheme == null ? PrependScheme.ALWAYS : scheme;
        return new Metaspace(replacement, resolved, split == null || split);
    }

    @Override
    public List<String> decode(List<String> tokens) {
        List<String> parts = new ArrayList<>(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            boolean drops = i == 0 && prependScheme != PrependScheme.NEVER;
            parts.add(tokens.get(i).replace(replacement, drops ? "" : " "));
        }
        return parts;
    }
}
