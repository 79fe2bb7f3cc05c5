package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Small random models with a vocabulary of given texts. */
final class TinyBert {
    private TinyBert() {}

    /** Makes the folder of a model. */
    static void make(
            Path folder, Function<BertConfig, PretrainedModel> architecture, int maxLength, long seed, Path... texts) {
        List<String> command =
                new ArrayList<>(List.of("tokenizer", "train", "--type", "wordpiece", "--vocab-size", "60"));
        command.addAll(List.of("--min-frequency", "1", "--out", folder.toString()));
        List.of(texts).forEach(text -> command.add(text.toString()));
        CommandLineRun run = t4j(command.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        int vocabSize = Tokenizer.load(folder).vocabSize();
        BertConfig config = BertConfig.BASE.with(c -> c.vocabSize(vocabSize)
                .hiddenSize(16)
                .numHiddenLayers(2)
                .numAttentionHeads(2)
                .intermediateSize(32)
                .maxPositionEmbeddings(maxLength));
        try (PretrainedModel model = architecture.apply(config)) {
            model.initializeWeights(seed, Devices.cpu());
            Models.save(model, folder);
        }
    }
}
