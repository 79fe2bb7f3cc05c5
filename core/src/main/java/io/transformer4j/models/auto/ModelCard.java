package io.transformer4j.models.auto;

import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The {@code README.md} of a saved model: what it is, and how to load it. Its first lines are what hubs sort models by. */
final class ModelCard {
    /** Endings of HF's class names, and what hubs call models of such a class. */
    private static final Map<String, String> TASKS = Map.of(
            "ForMaskedLM", "fill-mask",
            "ForPreTraining", "fill-mask",
            "ForSequenceClassification", "text-classification",
            "ForTokenClassification", "token-classification",
            "ForQuestionAnswering", "question-answering",
            "ForCausalLM", "text-generation",
            "LMHeadModel", "text-generation",
            "ForConditionalGeneration", "text2text-generation",
            "MTModel", "translation");

    private static final String BARE = "feature-extraction";

    private ModelCard() {}

    static String text(PretrainedModel model) {
        PretrainedConfig config = model.config();
        String task = TASKS.entrySet().stream()
                .filter(entry -> model.architecture().endsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.collectingAndThen(
                        Collectors.toList(), tasks -> tasks.isEmpty() ? BARE : tasks.get(0)));
        return String.format(
                Locale.ROOT,
                """
                ---
                library_name: transformers
                pipeline_tag: %s
                tags:
                - %s
                - transformer4j
                ---

                # %s

                | | |
                | --- | --- |
                | architecture | `%s` |
                | parameters | %,d |
                | layers | %,d |
                | hidden size | %,d |
                | attention heads | %,d |
                | feed-forward size | %,d |
                | vocabulary | %,d |
                | longest input | %,d tokens |

                Saved by Transformer4j in the layout of Hugging Face transformers. What it was trained on, and what it is good
                for, is not known to the program that wrote this file: say so here.

                ```java
                PretrainedModel model = Models.load(Path.of("this-folder"), Devices.parse("auto"));
                ```

                ```python
                from transformers import %s
                model = %s.from_pretrained("this-folder")
                ```
                """,
                task,
                config.modelType(),
                model.architecture(),
                model.architecture(),
                model.numParameters(),
                config.numHiddenLayers(),
                config.hiddenSize(),
                config.numAttentionHeads(),
                config.intermediateSize(),
                config.vocabSize(),
                config.maxInputLength(),
                model.architecture(),
                model.architecture());
    }
}
