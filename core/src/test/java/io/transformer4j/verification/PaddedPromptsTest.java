package io.transformer4j.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PaddedPromptsTest {
    private static final GPT2Config SIZES = GPT2Config.SMALL.with(
            c -> c.vocabSize(30).nPositions(32).nEmbd(16).nLayer(1).nHead(2).initializerRange(0.6));
    private static final GenerationConfig GREEDY = GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(6));

    private static List<Generation> generate(GenerativeModel model, List<int[]> inputs, GenerationConfig config) {
        try (ComputePool pool = new ComputePool(1)) {
            return new TextGenerator(model, null, pool, Precision.FP32).generate(inputs, config);
        }
    }

    private static PaddedPrompts padded(GenerativeModel model, List<int[]> rows, String mask) {
        JsonMapper json = JsonMapper.shared();
        JsonNode ids = json.valueToTree(rows);
        return new PaddedPrompts(model, TokenGrid.of(ids, json.readTree(mask)), rows);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theModelSeesNoPaddingButRulesDo(int beams) {
        GenerationConfig config = GREEDY.with(c -> c.numBeams(beams));
        try (GPT2LMHeadModel model = new GPT2LMHeadModel(SIZES)) {
            model.initializeWeights(5, Devices.cpu());
            List<Generation> expected = generate(model, List.of(new int[] {4, 9, 7}, new int[] {8}), config);
            int padding = expected.get(1).newIds().get(0); // what the model would write first behind the shorter prompt
            List<int[]> rows = List.of(new int[] {4, 9, 7}, new int[] {padding, padding, 8});
            PaddedPrompts prompts = padded(model, rows, "[[1, 1, 1], [0, 0, 1]]");

            List<Generation> written = generate(prompts, prompts.inputs(), config);
            assertThat(prompts.prefixLength()).isEqualTo(3);
            assertThat(written)
                    .extracting(Generation::newIds)
                    .isEqualTo(expected.stream().map(Generation::newIds).toList());

            List<Generation> withoutRepetition =
                    generate(prompts, prompts.inputs(), config.with(c -> c.noRepeatNgramSize(1)));
            assertThat(withoutRepetition.get(1).newIds()).doesNotContain(padding);
        }
    }
}
