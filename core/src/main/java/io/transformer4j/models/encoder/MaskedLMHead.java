package io.transformer4j.models.encoder;

import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.VocabularyLoss;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Norm;
import io.transformer4j.nn.Parameter;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** Predicts the token at a position (Devlin et al. 2019, §3.1); the output matrix is usually the word embeddings'. */
public final class MaskedLMHead extends Module {
    private final Linear transform;
    private final Activation activation;
    private final Norm norm;
    private final Parameter decoder;
    private final Parameter bias;

    /**
     * Settings of a {@link MaskedLMHead}.
     *
     * @param norm of the transformed rows
     * @param tied whether the output matrix is the word embeddings'; otherwise it is {@code decoder}
     */
    public record Config(Activation activation, Supplier<Norm> norm, boolean tied, Initializer initializer) {}

    /** A head without weights on a model with {@code wordEmbeddings}. */
    public MaskedLMHead(Config config, Embedding wordEmbeddings) {
        long vocabSize = wordEmbeddings.weight().shape()[0];
        long hiddenSize = wordEmbeddings.weight().shape()[1];
        transform = child("transform", new Linear(hiddenSize, hiddenSize, true, config.initializer()));
        activation = config.activation();
        norm = child("norm", config.norm().get());
        decoder = matrix(
                config.tied()
                        ? wordEmbeddings.weight()
                        : parameter("decoder", new Parameter(config.initializer(), vocabSize, hiddenSize)));
        bias = parameter("bias", new Parameter(Initializer.constant(0), vocabSize));
    }

    /** Logits {@code [rows, vocabSize]} of hidden rows {@code [rows, hiddenSize]}. */
    public Tensor forward(Tensor hidden) {
        return decoder.product(transformed(hidden), bias);
    }

    /**
     * Cross entropy over the labels of the whole batch.
     *
     * @param labelled hidden states of the labelled tokens, {@code [labels, hiddenSize]}
     */
    public TrainableModel.Loss loss(Tensor labelled, TrainableModel.Targets targets, TrainableModel.Totals totals) {
        return VocabularyLoss.of(this, transformed(labelled), decoder, bias, targets, totals);
    }

    private Tensor transformed(Tensor hidden) {
        return norm.forward(activation.forward(this, transform.forward(hidden)));
    }
}
