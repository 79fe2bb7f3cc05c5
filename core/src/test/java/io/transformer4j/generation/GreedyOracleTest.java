package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.auto.Models;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Greedy continuations against those of Hugging Face's {@code generate()}. */
class GreedyOracleTest {

    @ParameterizedTest
    @CsvSource({"gpt2, 1", "gpt2, 2", "gpt2_legacy, 1"})
    void choosesTheTokensOfHuggingFace(String checkpoint, int threads) {
        Path folder = SharedFiles.require("oracles/" + checkpoint);
        JsonNode spec = JsonMapper.shared()
                .readTree(SharedFiles.require("oracles/gpt2/inputs.json"))
                .get("generation");
        List<int[]> prompts = prompts(spec);
        int runs = 0;
        try (GPT2LMHeadModel model = Models.load(folder, GPT2LMHeadModel.class, Devices.cpu());
                ComputePool pool = new ComputePool(threads)) {
            TextGenerator generator = new TextGenerator(model, null, pool, Precision.FP32);
            for (JsonNode run : spec.get("runs")) {
                JsonNode arguments = run.get("args");
                if (arguments.has("num_beams")) {
                    continue;
                }
                runs++;
                int eos = arguments.get("eos_token_id").asInt();
                List<Generation> generations = generator.generate(
                        prompts,
                        GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(
                                        arguments.get("max_new_tokens").asInt())
                                .eosTokenIds(Set.of(eos))));
                int columns = spec.get("input_ids").get(0).size();
                for (int row = 0; row < prompts.size(); row++) {
                    List<Integer> expected = continuation(run.get("sequences").get(row), columns, eos);
                    assertThat(generations.get(row).newIds())
                            .as("%s, prompt %d", run.get("name").asString(), row)
                            .isEqualTo(expected);
                    assertThat(generations.get(row).finishReason())
                            .isEqualTo(expected.contains(eos) ? FinishReason.EOS : FinishReason.LENGTH);
                }
            }
        }
        assertThat(runs).isPositive();
    }

    private static List<int[]> prompts(JsonNode spec) {
        List<int[]> prompts = new ArrayList<>();
        for (int row = 0; row < spec.get("input_ids").size(); row++) {
            JsonNode ids = spec.get("input_ids").get(row);
            JsonNode mask = spec.get("attention_mask").get(row);
            prompts.add(IntStream.range(0, ids.size())
                    .filter(column -> mask.get(column).asInt() == 1)
                    .map(column -> ids.get(column).asInt())
                    .toArray());
        }
        return prompts;
    }

    /** What follows the prompt, up to and with the first end token. */
    private static List<Integer> continuation(JsonNode sequence, int promptColumns, int eos) {
        List<Integer> ids = new ArrayList<>();
        for (int column = promptColumns; column < sequence.size(); column++) {
            ids.add(sequence.get(column).asInt());
            if (ids.get(ids.size() - 1) == eos) {
                break;
            }
        }
        return ids;
    }
}
