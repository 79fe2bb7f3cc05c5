package io.transformer4j.models.bigbird;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.heads.QuestionAnsweringModel;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.FeedForward;
import io.transformer4j.nn.LayerNorm;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.Module;
import io.transformer4j.torch.TensorData;
import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * BigBird that finds answers in texts (HF {@code BigBirdForQuestionAnswering}), which don't lie in the question: that is what
 * stands before a sequence's first separator. Inputs whose token types are all 0 get 0 for the question and 1 for the text.
 */
public final class BigBirdForQuestionAnswering extends QuestionAnsweringModel<BigBirdConfig> {
    /** Taken from the scores of what can't be an answer. */
    private static final double IMPOSSIBLE = 1e6;

    private final Head head;

    /** A feed-forward network around which the hidden states go, and a linear map. */
    private static final class Head extends Module {
        private final Dropout dropout;
        private final FeedForward feedForward;
        private final Dropout outputDropout;
        private final LayerNorm norm;
        private final Linear classifier;

        Head(BigBirdConfig config) {
            dropout = child("dropout", new Dropout(config.hiddenDropoutProb()));
            feedForward = child(
                    "feedForward",
                    new FeedForward(new FeedForward.Config(
                            config.hiddenSize(),
                            config.intermediateSize(),
                            Activation.of(config.hiddenAct()),
                            config.initializer())));
            outputDropout = child("outputDropout", new Dropout(config.hiddenDropoutProb()));
            norm = child("norm", new LayerNorm(config.hiddenSize(), config.layerNormEps()));
            classifier =
                    child("classifier", new Linear(config.hiddenSize(), START_AND_END, true, config.initializer()));
        }

        Tensor forward(Tensor hidden) {
            Tensor mapped = outputDropout.forward(feedForward.forward(dropout.forward(hidden)));
            return classifier.forward(norm.forward(hidden.add(mapped))); // [tokens, 2]
        }
    }

    /** A model without weights. */
    public BigBirdForQuestionAnswering(BigBirdConfig config) {
        super(new BigBirdModel(config, false));
        head = child("head", new Head(config));
    }

    @Override
    protected BigBirdForQuestionAnswering newInstance() {
        return new BigBirdForQuestionAnswering(config());
    }

    @Override
    protected ModelInputs prepared(ModelInputs inputs) {
        boolean typed = inputs.tokenTypeIds().any().item_bool();
        if (typed || config().typeVocabSize() < 2) {
            return inputs;
        }
        long[] types = Arrays.stream(questions(inputs)).map(flag -> 1 - flag).toArray();
        return inputs.withTokenTypeIds(types);
    }

    @Override
    protected Tensor scores(Tensor hidden, ModelInputs inputs) {
        long[] questions = questions(inputs);
        for (long first : inputs.layout().firstRows()) {
            questions[(int) first] = 0; // "no answer" points here
        }
        Tensor excluded = ModelInputs.tensor(questions, hidden.device()).to(hidden.device(), ScalarType.Float);
        return head.forward(hidden).sub(excluded.unsqueeze(1), new Scalar(IMPOSSIBLE)); // [tokens, 2]
    }

    /** 1 for the tokens of each question, its first separator included; without any, for the first token. */
    private long[] questions(ModelInputs inputs) {
        long separator = config().sepTokenId();
        long[] ids = TensorData.longs(inputs.inputIds());
        SequenceLayout layout = inputs.layout();
        long[] flags = new long[ids.length];
        for (int i = 0; i < layout.batchSize(); i++) {
            int first = Math.toIntExact(layout.firstRows()[i]);
            int last = first;
            while (last < first + layout.length(i) && ids[last] != separator) {
                last++;
            }
            last = last == first + layout.length(i) ? first : last;
            Arrays.fill(flags, first, last + 1, 1);
        }
        return flags;
    }

    @Override
    protected WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("feedForward.intermediate", "qa_classifier.intermediate.dense")
                .addPair("feedForward.output", "qa_classifier.output.dense")
                .addPair("norm", "qa_classifier.output.LayerNorm")
                .addPair("classifier", "qa_classifier.qa_outputs")
                .build();
    }
}
