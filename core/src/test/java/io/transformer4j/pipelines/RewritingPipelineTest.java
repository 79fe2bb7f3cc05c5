package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewritingPipelineTest {
    private static final List<String> TEXTS = List.of(
            "the cat sat on the mat",
            "",
            "He went to the bank",
            "a model learns words from the words around them",
            "river");

    @TempDir
    private static Path folder;

    private static TranslationPipeline pipeline;
    private static GenerationConfig config;

    @BeforeAll
    static void open() {
        pipeline = Pipelines.translation(TinyCheckpoints.translator(folder));
        config = pipeline.defaults().with(c -> c.maxNewTokens(9).numBeams(3).numReturnSequences(2));
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void resultsAreInTheOrderOfTheTextsWhateverTheBatch() {
        List<Rewriting> together = pipeline.rewrite(TEXTS, config);
        assertThat(together).extracting(Rewriting::source).isEqualTo(TEXTS);
        for (int i = 0; i < TEXTS.size(); i++) {
            Rewriting alone = pipeline.rewrite(List.of(TEXTS.get(i)), config).get(0);
            assertThat(together.get(i).text()).isEqualTo(alone.text());
            assertThat(together.get(i).candidates()).hasSize(2);
        }
        assertThat(together.get(1).text()).isEmpty();
        Rewriting first = together.get(0);
        assertThat(first.candidates().get(0).score().orElseThrow())
                .isGreaterThanOrEqualTo(first.candidates().get(1).score().orElseThrow());
        assertThat(pipeline.translate(TEXTS, config))
                .isEqualTo(together.stream().map(Rewriting::text).toList());
    }

    @Test
    void longTextsAreRefusedTruncatedOrSplit() {
        String sentence = "The cat sat on the mat. ";
        String text = sentence.repeat(12).strip();
        assertThatThrownBy(() -> pipeline.rewrite(List.of("river", text), config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("text 1 has \\d+ tokens, but the model's max_position_embeddings is 24: .*");
        Rewriting cut =
                pipeline.rewrite(List.of(text), config, LongTexts.TRUNCATE).get(0);
        assertThat(cut.truncated()).isTrue();
        Rewriting split =
                pipeline.rewrite(List.of(text), config, LongTexts.SPLIT).get(0);
        assertThat(split.truncated()).isFalse();
        List<Generation> parts = split.candidates().get(0).parts();
        assertThat(parts).hasSizeBetween(3, 12);
        assertThat(split.text())
                .isEqualTo(String.join(
                        " ", parts.stream().map(part -> part.text().strip()).toList()));
        assertThat(split.candidates().get(0).score().orElseThrow())
                .isCloseTo(
                        parts.stream().mapToDouble(Generation::score).average().orElseThrow(), within(1e-12));
        // words of a sentence that is too long by itself are split too, and each part fits
        assertThat(pipeline.rewrite(List.of("mat ".repeat(99)), config, LongTexts.SPLIT)
                        .get(0)
                        .candidates()
                        .get(0)
                        .parts())
                .hasSizeGreaterThan(3);
    }

    @Test
    void alignmentsHaveARowForEachTokenWritten() {
        Tokenizer tokenizer = Tokenizer.load(folder);
        Rewriting rewriting = pipeline.rewrite(TEXTS.subList(0, 1), config).get(0);
        Alignment alignment =
                pipeline.align(rewriting.source(), rewriting.candidates().get(0));
        assertThat(alignment.sourceTokens())
                .hasSameSizeAs(tokenizer.encode(rewriting.source()).tokens());
        assertThat(alignment.sourceTokens()).endsWith("</s>");
        assertThat(alignment.targetTokens())
                .hasSameSizeAs(rewriting.candidates().get(0).parts().get(0).newIds());
        for (int i = 0; i < alignment.targetTokens().size(); i++) {
            List<Double> row = alignment.weights().get(i);
            assertThat(row.stream().mapToDouble(weight -> weight).sum()).isCloseTo(1, within(1e-5));
            assertThat(row.get(alignment.sourceOf(i))).isEqualTo(Collections.max(row));
        }
    }

    @Test
    void threadsShareIt() throws Exception {
        List<String> expected = pipeline.translate(TEXTS, config);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<String>>> results = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                results.add(threads.submit(() -> pipeline.translate(TEXTS, config)));
            }
            for (Future<List<String>> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void refusesAModelWithoutDecoderAndAVocabularyOfAnother(@TempDir Path other) throws IOException {
        Path bert = TinyCheckpoints.bert(other.resolve("bert"));
        assertThatThrownBy(() -> Pipelines.summarization(bert))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(bert + ": is a BertForMaskedLM, which has no encoder and decoder to rewrite texts with");
        Path model = TinyCheckpoints.translator(other.resolve("model"));
        String config = Files.readString(model.resolve("config.json"));
        Files.writeString(
                model.resolve("config.json"), config.replaceAll("\"eos_token_id\" ?: ?2", "\"eos_token_id\": 7"));
        assertThatThrownBy(() -> Pipelines.translation(model))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(model + ": the target tokenizer ends texts with token 2 (</s>), but the model with 7: they"
                        + " don't belong together");
    }
}
