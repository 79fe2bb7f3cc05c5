package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.data.Dataset;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.nn.Dropout;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every family learns with the trainer, dropout on. */
class FamilyTrainingTest {
    /** What a model reaches that knows how frequent each number is, and nothing else. */
    private static final double FREQUENCIES = Math.log(34);

    private static final Map<String, Object> BERT_SIZES =
            Map.of("hidden_size", 16, "num_hidden_layers", 2, "num_attention_heads", 2, "intermediate_size", 32);

    private static final Map<String, Map<String, Object>> TINY = Map.of(
            "distilbert", Map.of("dim", 16, "n_layers", 2, "n_heads", 2, "hidden_dim", 32),
            "bert", BERT_SIZES,
            "roberta", BERT_SIZES,
            "openai-gpt", Map.of("n_embd", 16, "n_layer", 2, "n_head", 2),
            "gpt_neo",
                    Map.of(
                            "hidden_size", 16,
                            "num_layers", 2,
                            "num_heads", 2,
                            "window_size", 4,
                            "resid_dropout", 0.1,
                            "eos_token_id", 1,
                            "attention_types", List.of(List.of(List.of("global", "local"), 1))),
            "llama",
                    Map.of(
                            "hidden_size", 16,
                            "num_hidden_layers", 2,
                            "num_attention_heads", 4,
                            "num_key_value_heads", 2,
                            "intermediate_size", 32,
                            "attention_dropout", 0.1));

    @ParameterizedTest
    @CsvSource({
        "bert, BertForMaskedLM, BERT",
        "distilbert, DistilBertForMaskedLM, BERT",
        "roberta, RobertaForMaskedLM, BERT",
        "openai-gpt, OpenAIGPTLMHeadModel, GPT2",
        "gpt_neo, GPTNeoForCausalLM, GPT2",
        "llama, LlamaForCausalLM, GPT2"
    })
    void lossFalls(String family, String architecture, TinyModels task) {
        Map<String, Object> tree = new HashMap<>(TINY.get(family));
        tree.put("model_type", family);
        tree.put("initializer_range", 0.2);
        tree.put("vocab_size", TinyModels.VOCAB_SIZE);
        Dataset data = task.data(200, 3);
        TrainingArguments arguments = TrainingArguments.DEFAULTS.with(
                a -> a.maxSteps(150).batchSize(16).learningRate(1e-2));
        try (TrainableModel model = (TrainableModel) Models.build(tree, architecture, Path.of("tiny.json"));
                ComputePool pool = new ComputePool(2)) {
            assertThat(model.modules()).filteredOn(Dropout.class::isInstance).isNotEmpty();
            model.initializeWeights(7, Devices.cpu());
            try (Trainer trainer = Trainer.builder(model, arguments)
                    .pool(pool)
                    .trainData(data, task.collator(1))
                    .evalData(task.data(50, 5_000), task.collator(2))
                    .build()) {
                assertThat(trainer.evaluate().get("eval_loss")).isGreaterThan(FREQUENCIES);
                trainer.train();
                assertThat(trainer.evaluate().get("eval_loss")).isLessThan(FREQUENCIES);
            }
        }
    }
}
