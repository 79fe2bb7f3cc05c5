package io.transformer4j.models.longformer;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.heads.QuestionAnsweringModel;
import io.transformer4j.torch.TensorData;
import java.util.stream.IntStream;

/**
 * Longformer that finds answers in texts (HF {@code LongformerForQuestionAnswering}). Unless the inputs name global tokens, those
 * of the question are: all before a sequence's first separator.
 */
public final class LongformerForQuestionAnswering extends QuestionAnsweringModel.WithLinearHead<LongformerConfig> {
    /** In {@code <s> question </s></s> text </s>}. */
    private static final int SEPARATORS = 3;

    /** A model without weights. */
    public LongformerForQuestionAnswering(LongformerConfig config) {
        super(new LongformerModel(config, false, false), 0, config.initializer());
    }

    @Override
    protected LongformerForQuestionAnswering newInstance() {
        return new LongformerForQuestionAnswering(config());
    }

    @Override
    protected ModelInputs prepared(ModelInputs inputs) {
        return inputs.globalAttention() == null ? inputs.withGlobalAttention(questions(inputs)) : inputs;
    }

    private long[] questions(ModelInputs inputs) {
        long separator = config().sepTokenId();
        long[] ids = TensorData.longs(inputs.inputIds());
        SequenceLayout layout = inputs.layout();
        long[] global = new long[ids.length];
        for (int i = 0; i < layout.batchSize(); i++) {
            int first = Math.toIntExact(layout.firstRows()[i]);
            int[] separators = IntStream.range(first, first + layout.length(i))
                    .filter(row -> ids[row] == separator)
                    .toArray();
            check(
                    separators.length == SEPARATORS,
                    "sequence %d has %d separators (token %d), but a question and a text have %d: name the global"
                            + " tokens",
                    i,
                    separators.length,
                    separator,
                    SEPARATORS);
            for (int row = first; row < separators[0]; row++) {
                global[row] = 1;
            }
        }
        return global;
    }
}
