package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.normalizers.Sequence;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import java.util.List;

/** The same tokenizer, kept from its fused form: what runs is the pipeline, stage by stage. */
final class ReferencePipeline {

    private ReferencePipeline() {}

    static Tokenizer of(Tokenizer tokenizer) {
        Normalizer normalizer = tokenizer.normalizer();
        PreTokenizer preTokenizer = tokenizer.preTokenizer();
        return tokenizer.toBuilder()
                .normalizer(new Sequence(normalizer == null ? List.of() : List.of(normalizer)))
                .preTokenizer(new io.transformer4j.tokenizers.pretokenizers.Sequence(
                        preTokenizer == null ? List.of() : List.of(preTokenizer)))
                .build();
    }
}
