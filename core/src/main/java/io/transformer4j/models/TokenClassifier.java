package io.transformer4j.models;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.torch.TensorData;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** A model that labels tokens, each by itself or the chosen ones of a sequence together. */
public interface TokenClassifier {
    /**
     * Logits of chosen tokens.
     *
     * @param rows chosen rows of the packed tokens, in their order, such as the first piece of each word
     * @param chosen how the chosen rows belong to the sequences
     * @return {@code [rows, labels]}
     */
    Tensor tokenLogits(ModelInputs inputs, long[] rows, SequenceLayout chosen);

    /**
     * The best labels for {@link #tokenLogits}: for each row its likeliest one, unless a model knows better which go together.
     *
     * @return a label id for each row
     */
    default long[] bestLabels(Tensor logits, SequenceLayout chosen) {
        return TensorData.longs(logits.argmax(new LongOptional(1), false));
    }
}
