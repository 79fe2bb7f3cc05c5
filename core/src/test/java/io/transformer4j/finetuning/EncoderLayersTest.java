package io.transformer4j.finetuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EncoderLayersTest {
    private static PretrainedModel bart() {
        return Models.build(
                Map.of(
                        "model_type", "bart",
                        "vocab_size", 40,
                        "d_model", 16,
                        "encoder_layers", 2,
                        "decoder_layers", 3),
                "BartForSequenceClassification",
                Path.of("test"));
    }

    /** Half the rate for each step away from the head: 5 layers lie between it and the embeddings. */
    @Test
    void aDecodersLayersLieAboveItsEncoders() {
        try (PretrainedModel model = bart()) {
            EncoderLayers layers = new EncoderLayers(model);
            assertThat(layers.scale("head.classifier.weight", 0.5)).isEqualTo(1);
            assertThat(layers.scale("body.decoder.layers.2.attention.output.weight", 0.5))
                    .isEqualTo(0.5);
            assertThat(layers.scale("body.decoder.layers.0.crossAttention.output.bias", 0.5))
                    .isEqualTo(0.125);
            assertThat(layers.scale("body.encoder.layers.1.feedForward.output.bias", 0.5))
                    .isEqualTo(0.0625);
            assertThat(layers.scale("body.sourceEmbeddings.weight", 0.5)).isEqualTo(0.015625);
            assertThat(layers.scale("body.decoder.embedding.positions.table.weight", 0.5))
                    .isEqualTo(0.015625);
        }
    }

    @Test
    void onlyTheUpperLayersLearn() {
        try (PretrainedModel model = bart()) {
            new EncoderLayers(model).freezeBelow(model, 1);
            Set<String> learning = new HashSet<>();
            model.namedParameters().forEach((name, parameter) -> {
                if (parameter.trainable()) {
                    learning.add(name.replaceAll("^(head|body\\.decoder\\.layers\\.\\d).*", "$1"));
                }
            });
            assertThat(learning).containsExactlyInAnyOrder("head", "body.decoder.layers.2");
        }
    }
}
