package io.transformer4j.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FillMaskPipelineTest {
    @TempDir
    private static Path folder;

    private static FillMaskPipeline pipeline;

    @BeforeAll
    static void open() {
        pipeline = Pipelines.fillMask(TinyCheckpoints.bert(folder), PipelineOptions.DEFAULT.with(o -> o.threads(2)));
    }

    @AfterAll
    static void close() {
        pipeline.close();
    }

    @Test
    void ranksAllTokensByTheirProbability() {
        String text = "the [MASK] sat on the mat";
        FillMaskResult result = pipeline.fill(text, 1_000);
        float[] expected = probabilities(text, 2);

        FillMaskResult.Mask mask = result.masks().get(0);
        assertThat(result.masks()).hasSize(1);
        assertThat(text.substring(mask.start(), mask.end())).isEqualTo("[MASK]");
        assertThat(mask.candidates()).hasSize(expected.length);
        assertThat(mask.candidates())
                .isSortedAccordingTo(Comparator.comparingDouble(FillMaskResult.Candidate::score)
                        .reversed());
        mask.candidates()
                .forEach(c -> assertThat(c.score()).as(c.token()).isCloseTo(expected[c.tokenId()], within(1e-6)));
    }

    /** The probabilities at one row, by the model itself. */
    private static float[] probabilities(String text, long row) {
        Tokenizer tokenizer = Tokenizer.load(folder);
        try (BertForMaskedLM model = Models.load(folder, BertForMaskedLM.class, Devices.cpu());
                NoGradGuard guard = new NoGradGuard();
                TensorScope scope = new TensorScope()) {
            int[] ids = tokenizer.encode(text).ids();
            assertThat(ids[(int) row]).isEqualTo(tokenizer.maskTokenId().orElseThrow());
            return TensorData.floats(model.forward(ModelInputs.of(List.of(ids), Devices.cpu()))
                    .select(0, row)
                    .softmax(-1));
        }
    }

    @Test
    void writesTheSequenceWithTheTokenInPlaceOfTheMask() {
        FillMaskResult result = pipeline.fill("The [MASK] sat on the [MASK]", 3);

        assertThat(result.masks()).hasSize(2);
        assertThat(result.masks().get(0).candidates()).hasSize(3).allSatisfy(c -> {
            assertThat(c.sequence()).startsWith("the").endsWith("sat on the [MASK]");
            assertThat(c.sequence()).contains(c.token().replace("##", ""));
        });
        assertThat(result.masks().get(1).candidates())
                .allSatisfy(c -> assertThat(c.sequence()).startsWith("the [MASK] sat on the"));
    }

    @Test
    void manyTextsGiveWhatEachGivesAlone() {
        List<String> texts = IntStream.range(0, 40)
                .mapToObj(i -> "river ".repeat(i % 7) + "[MASK]" + " water".repeat(i % 5))
                .toList();
        List<FillMaskResult> together = pipeline.fill(texts, 4);

        for (int i = 0; i < texts.size(); i++) {
            FillMaskResult alone = pipeline.fill(texts.get(i), 4);
            assertThat(together.get(i))
                    .usingRecursiveComparison()
                    .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : Double.compare(a, b), Double.class)
                    .isEqualTo(alone);
        }
    }

    @Test
    void saysWhatIsWrongWithAText() {
        assertThatThrownBy(() -> pipeline.fill(List.of("a [MASK]", "no mask here"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("text 1 has no mask: write [MASK] where a word is to be found");
        assertThatThrownBy(() -> pipeline.fill("[MASK]" + " the".repeat(30), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("text 0 has 33 tokens, but the model's max_position_embeddings is 24: truncate it "
                        + "(truncation=true) or choose a longer model");
        assertThatThrownBy(() -> pipeline.fill("[MASK]", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("top_k must be at least 1, but is 0");
    }

    @Test
    void truncatesIfAsked() {
        try (FillMaskPipeline truncating =
                Pipelines.fillMask(folder, PipelineOptions.DEFAULT.with(o -> o.truncation(true)))) {
            assertThat(truncating.fill("[MASK]" + " the".repeat(30), 1).masks()).hasSize(1);
        }
    }

    @Test
    void refusesAModelWithoutTheHead(@TempDir Path gpt2) {
        TinyCheckpoints.gpt2(gpt2);

        assertThatThrownBy(() -> Pipelines.fillMask(gpt2))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(gpt2 + ": is a GPT2LMHeadModel, which has no masked-language head to fill masks with");
    }
}
