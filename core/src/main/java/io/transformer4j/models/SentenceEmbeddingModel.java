package io.transformer4j.models;

import static io.transformer4j.models.PretrainedConfig.check;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model without head that learns to give texts of one meaning near vectors: of all candidates in a batch each anchor must find its own
 * (contrastive loss with in-batch negatives: Henderson et al. 2017, §4.4; sentence-transformers' {@code
 * MultipleNegativesRankingLoss}). A checkpoint of it is one of the model without head.
 *
 * <p>A batch consists of rows of equally many texts: an anchor, its candidate, and further wrong candidates if there are any. The targets
 * say of each text, as {@code sequenceLabels}, which row it belongs to; and as two {@code values}, its place there (0 for the anchor, 1
 * for its candidate) and a number that only equal texts have in common. Equal texts are no negatives of each other.
 */
public final class SentenceEmbeddingModel extends TrainableModel implements BatchComparing {
    /** Of cosines in the loss, as in sentence-transformers: a temperature of 0.05. */
    public static final double DEFAULT_SCALE = 20;

    private static final double SMALLEST_NORM = 1e-12; // as torch.nn.functional.normalize
    private static final int VALUES = 2;

    private final PretrainedModel body;
    private final Pooler pooler;
    private final double scale;

    /** How texts get vectors. */
    @FunctionalInterface
    public interface Pooler {
        /** {@code [batch, hiddenSize]}. */
        Tensor texts(BareModel model, ModelInputs inputs);
    }

    private SentenceEmbeddingModel(PretrainedModel body, Pooler pooler, double scale) {
        check(body instanceof BareModel, "a %s gives no vectors: a model without head is needed", body.architecture());
        check(scale > 0 && Double.isFinite(scale), "the scale of similarities must be positive, but is %s", scale);
        this.body = child("body", body);
        this.pooler = pooler;
        this.scale = scale;
    }

    /**
     * A model around {@code body}, which it closes.
     *
     * @param body a {@link BareModel}, with weights
     * @param scale of cosines in the loss
     * @throws IllegalArgumentException if the body has a head, or the scale isn't positive
     */
    public static SentenceEmbeddingModel on(PretrainedModel body, Pooler pooler, double scale) {
        SentenceEmbeddingModel model = new SentenceEmbeddingModel(body, pooler, scale);
        model.placeOn(body.device());
        return model;
    }

    @Override
    public Tensor represent(ModelInputs inputs) {
        return pooler.texts((BareModel) body, inputs);
    }

    @Override
    public Loss loss(ModelInputs inputs, Targets targets, Totals totals) {
        return compare(represent(inputs), targets, totals);
    }

    /** Where the texts of a batch are: anchors by row; candidates by place, then by row. */
    private record Rows(long[] anchors, long[] candidates, long[] texts, int textsPerRow) {
        static Rows of(Targets targets, long sequences) {
            long[] rows = targets.sequenceLabels();
            float[] values = targets.values();
            check(
                    rows.length == sequences && values.length == VALUES * sequences,
                    "%d texts need a row, a place and a number each",
                    sequences);
            long[] ordered = IntStream.range(0, rows.length)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(i -> values[VALUES * i])
                            .thenComparingLong(i -> rows[i]))
                    .mapToLong(Integer::longValue)
                    .toArray();
            int anchors = (int) IntStream.range(0, rows.length)
                    .filter(i -> values[VALUES * i] == 0)
                    .count();
            check(
                    anchors > 0 && rows.length % anchors == 0 && rows.length > anchors,
                    "%d anchors don't go with %d texts",
                    anchors,
                    rows.length);
            for (int i = 0; i < rows.length; i++) {
                check(rows[(int) ordered[i]] == i % anchors, "all rows must have the same number of texts");
            }
            return new Rows(
                    Arrays.copyOf(ordered, anchors),
                    Arrays.copyOfRange(ordered, anchors, ordered.length),
                    IntStream.range(0, rows.length)
                            .mapToLong(i -> (long) values[VALUES * i + 1])
                            .toArray(),
                    rows.length / anchors);
        }

        private long text(long[] of, int index) {
            return texts[(int) of[index]];
        }

        /**
         * What is added to the scores: minus infinity for candidates that would be right too, since they are equal to the anchor's own, or
         * belong to an equal anchor.
         */
        float[] masks() {
            float[] masks = new float[anchors.length * candidates.length];
            for (int anchor = 0; anchor < anchors.length; anchor++) {
                for (int candidate = 0; candidate < candidates.length; candidate++) {
                    boolean own = candidate == anchor;
                    boolean equal = text(candidates, candidate) == text(candidates, anchor);
                    boolean ofEqual = candidate < anchors.length && text(anchors, candidate) == text(anchors, anchor);
                    if (!own && (equal || ofEqual)) {
                        masks[anchor * candidates.length + candidate] = Float.NEGATIVE_INFINITY;
                    }
                }
            }
            return masks;
        }
    }

    @Override
    public Loss compare(Tensor vectors, Targets targets, Totals totals) {
        Rows rows = Rows.of(targets, vectors.size(0));
        Tensor directions = direction(vectors.to(vectors.device(), ScalarType.Float));
        Tensor anchors = directions.index_select(0, ModelInputs.tensor(rows.anchors(), vectors.device()));
        Tensor candidates = directions.index_select(0, ModelInputs.tensor(rows.candidates(), vectors.device()));
        Tensor masks = Tensor.create(rows.masks()).to(vectors.device(), ScalarType.Float);
        Tensor scores = anchors.mm(candidates.t()) // [rows, candidates]
                .mul(new Scalar(scale))
                .add(masks.view(anchors.size(0), candidates.size(0)));
        Tensor own = ModelInputs.tensor(
                IntStream.range(0, rows.anchors().length).asLongStream().toArray(), vectors.device());
        Scalar all = new Scalar((double) totals.labelledSequences() / rows.textsPerRow());
        Tensor loss = torch.cross_entropy_loss(
                        scores, own, new TensorOptional(), torch.Reduction.Sum.value, Targets.IGNORED, 0)
                .div(all);
        if (GradMode.is_enabled()) {
            return new Loss(loss, Map.of());
        }
        Tensor found = scores.argmax(new LongOptional(1), false).eq(own).sum();
        return new Loss(loss, Map.of("accuracy", found.div(all)));
    }

    private static Tensor direction(Tensor vectors) {
        Tensor norms = vectors.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true);
        return vectors.div(norms.clamp_min(new Scalar(SMALLEST_NORM)));
    }

    @Override
    public PretrainedConfig config() {
        return body.config();
    }

    @Override
    public String architecture() {
        return body.architecture();
    }

    @Override
    public Map<String, Tensor> outputs(ModelInputs inputs) {
        Map<String, Tensor> outputs = new LinkedHashMap<>(body.outputs(inputs));
        outputs.put("sentence_embedding", represent(inputs));
        return outputs;
    }

    @Override
    public boolean dependsOnPadding() {
        return body.dependsOnPadding();
    }

    @Override
    public WeightMap weightMap() {
        return body.weightMap().prefixed("body.", "");
    }

    @Override
    public String baseModelPrefix() {
        return body.baseModelPrefix();
    }

    @Override
    protected SentenceEmbeddingModel newInstance() {
        return new SentenceEmbeddingModel(body.newInstance(), pooler, scale);
    }
}
