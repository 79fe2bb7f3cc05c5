package io.transformer4j.models.seq2seq;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.models.Labels;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.SequenceClassifier;
import io.transformer4j.models.WeightMap;
import io.transformer4j.models.heads.ClassificationLoss;
import io.transformer4j.models.heads.SequenceHead;
import io.transformer4j.models.heads.TaskModel;
import io.transformer4j.nn.Activation;
import io.transformer4j.nn.Initializer;
import io.transformer4j.torch.TensorData;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An encoder–decoder that classifies sequences, or gives numbers for them: the decoder reads the text once more, and its hidden
 * state at the text's last end token stands for all of it (Lewis et al. 2020, §3.1). What the outputs mean is in {@link Labels}.
 *
 * @param <C> the family's configuration
 */
public abstract class EncoderDecoderForSequenceClassification<C extends Seq2SeqConfig> extends TaskModel<C>
        implements SequenceClassifier {
    private final EncoderDecoderBody<C> body;
    private final Labels labels;
    private final SequenceHead head;

    /** A model without weights on {@code body}, with {@code dropout} before and behind the head's dense layer. */
    protected EncoderDecoderForSequenceClassification(
            EncoderDecoderBody<C> body, double dropout, Initializer initializer) {
        super(body);
        this.body = body;
        labels = body.config().labels();
        head = child(
                "head",
                new SequenceHead(
                        new SequenceHead.Config(dropout, Activation.TANH, dropout, initializer),
                        body.config().hiddenSize(),
                        labels.count()));
    }

    /**
     * Logits of every sequence, {@code [batch, labels]}.
     *
     * @throws IllegalArgumentException if a sequence has no end token
     */
    public final Tensor forward(ModelInputs inputs) {
        ModelInputs complete = body.withTargets(inputs);
        return logits(body.forward(complete).lastHiddenState(), complete);
    }

    @Override
    public final Tensor sequenceLogits(ModelInputs inputs) {
        return forward(inputs);
    }

    private Tensor logits(Tensor hidden, ModelInputs inputs) {
        Tensor rows = ModelInputs.tensor(endRows(inputs), hidden.device());
        return head.forward(hidden.index_select(0, rows)); // [batch, labels]
    }

    /** The decoder's row beside each source's last end token: the one that has read all before it. */
    private long[] endRows(ModelInputs inputs) {
        int end = config().eosTokenId();
        long[] ids = TensorData.longs(inputs.inputIds());
        SequenceLayout sources = inputs.layout();
        long[] rows = body.targets(inputs).layout().firstRows();
        for (int i = 0; i < rows.length; i++) {
            int first = Math.toIntExact(sources.firstRows()[i]);
            int place = sources.length(i) - 1;
            while (place >= 0 && ids[first + place] != end) {
                place--;
            }
            check(place >= 0, "sequence %d has no end token (%d), where its class is read: add one", i, end);
            rows[i] += place;
        }
        return rows;
    }

    @Override
    public final Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return ClassificationLoss.ofSequences(forward(inputs), labels, classWeights(), targets, totals);
    }

    @Override
    public final Map<String, Tensor> outputs(ModelInputs inputs) {
        ModelInputs complete = body.withTargets(inputs);
        Map<String, Tensor> outputs = body.outputs(complete);
        outputs.put("logits", logits(outputs.get("last_hidden_state"), complete));
        return outputs;
    }

    @Override
    protected final WeightMap headWeights() {
        return WeightMap.builder()
                .addPair("dense", "classification_head.dense")
                .addPair("classifier", "classification_head.out_proj")
                .build();
    }
}
