package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TokenListener;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextGenerationPipelineTest {

    @Test
    void continuesTexts(@TempDir Path folder) {
        Tokenizer tokenizer = Tokenizer.load(TinyCheckpoints.gpt2(folder));
        try (TextGenerationPipeline pipeline = Pipelines.textGeneration(folder)) {
            GenerationConfig config = pipeline.defaults().with(c -> c.maxNewTokens(8));
            StringBuilder streamed = new StringBuilder();
            List<Generation> generations = pipeline.generate(
                    List.of("the cat", ""), config, (prompt, id, text) -> streamed.append(prompt == 0 ? text : ""));

            assertThat(config.eosTokenIds())
                    .isEqualTo(Set.of(tokenizer.eosTokenId().orElseThrow()));
            assertThat(generations.get(0).promptIds())
                    .containsExactlyElementsOf(java.util.Arrays.stream(tokenizer.encodeToIds("the cat", false))
                            .boxed()
                            .toList());
            assertThat(generations.get(0).text()).isEqualTo(streamed.toString());
            assertThat(generations.get(0).newIds()).hasSizeLessThanOrEqualTo(8).isNotEmpty();
            assertThat(generations.get(1).promptIds())
                    .containsExactly(tokenizer.bosTokenId().orElseThrow());
            assertThat(pipeline.generate("the cat", config)).isEqualTo(generations.get(0));
            assertThatThrownBy(() -> pipeline.generate(List.of("the ".repeat(99)), config, TokenListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("but the model takes 23 at most");
        }
    }

    @Test
    void refusesAModelWithoutTheHead(@TempDir Path folder) {
        TinyCheckpoints.bert(folder);

        assertThatThrownBy(() -> Pipelines.textGeneration(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": is a BertForMaskedLM, which has no language-model head to continue texts with");
    }
}
