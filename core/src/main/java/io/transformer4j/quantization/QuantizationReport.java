package io.transformer4j.quantization;

import io.transformer4j.models.BareModel;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.decoder.DecoderForCausalLM;
import io.transformer4j.models.heads.TaskModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a model loses and gains when its weights go to 8 bits: the same texts go through it in each form.
 *
 * <p>Language models predict: causal ones every token from those before it, masked ones the tokens that are hidden from them,
 * {@value #MASKED_PERCENT} % of each text, the same in each form.
 */
public final class QuantizationReport {
    private static final int MASKED_PERCENT = 15;
    private static final long SEED = 42;
    private static final int BATCH_TOKENS = 2048;

    private final List<List<int[]>> batches;
    private final int maskTokenId;

    /**
     * One form of the model.
     *
     * @param weightBytes memory of the weights
     * @param tokensPerSecond of one thread, without heads of language models
     * @param meanCosine between the texts' mean hidden states in this form and in float32
     * @param leastCosine the smallest of these
     * @param perplexity of predicted tokens; null if the model predicts none
     * @param accuracy share of the tokens that the model finds likeliest; null if it predicts none
     */
    public record Row(
            Quantization quantization,
            long weightBytes,
            double tokensPerSecond,
            double meanCosine,
            double leastCosine,
            @Nullable Double perplexity,
            @Nullable Double accuracy) {}

    private record Run(List<float[]> vectors, double seconds) {}

    private record Prediction(double perplexity, double accuracy) {}

    private QuantizationReport(List<List<int[]>> batches, int maskTokenId) {
        this.batches = batches;
        this.maskTokenId = maskTokenId;
    }

    /**
     * Measures every form, float32 first.
     *
     * @param folder of the model
     * @param texts token ids, special ones included; longer ones than the model takes are cut
     * @param maskTokenId what hides a token from a masked language model; -1 if there is none
     * @throws IllegalArgumentException if there are no texts
     */
    public static List<Row> measure(Path folder, List<int[]> texts, int maskTokenId) {
        if (texts.stream().noneMatch(ids -> ids.length > 0)) {
            throw new IllegalArgumentException("there must be at least one text with a token");
        }
        int longest = Models.config(folder.resolve(Models.CONFIG_NAME)).maxInputLength();
        List<int[]> fitting = texts.stream()
                .filter(ids -> ids.length > 0)
                .map(ids -> ids.length <= longest ? ids : Arrays.copyOf(ids, longest))
                .toList();
        return new QuantizationReport(batches(fitting), maskTokenId).measure(folder);
    }

    private static List<List<int[]>> batches(List<int[]> texts) {
        List<List<int[]>> batches = new ArrayList<>();
        int room = 0;
        for (int[] ids : texts) {
            if (room < ids.length) {
                batches.add(new ArrayList<>());
                room = Math.max(BATCH_TOKENS, ids.length);
            }
            batches.get(batches.size() - 1).add(ids);
            room -= ids.length;
        }
        return batches;
    }

    private List<Row> measure(Path folder) {
        List<Row> rows = new ArrayList<>();
        List<float[]> reference = null;
        try (ComputePool pool = new ComputePool(1)) {
            for (Quantization quantization : Quantization.values()) {
                try (PretrainedModel model = quantization.apply(Models.load(folder, Devices.cpu()))) {
                    Run run = pool.onOneWorker(() -> run(model));
                    reference = reference == null ? run.vectors() : reference;
                    Prediction prediction = pool.onOneWorker(() -> predict(model));
                    rows.add(row(quantization, Quantization.bytes(model), run, reference, prediction));
                }
            }
        }
        return rows;
    }

    private Row row(
            Quantization quantization, long bytes, Run run, List<float[]> reference, @Nullable Prediction prediction) {
        double sum = 0;
        double least = 1;
        for (int i = 0; i < reference.size(); i++) {
            double cosine = cosine(reference.get(i), run.vectors().get(i));
            sum += cosine;
            least = Math.min(least, cosine);
        }
        long tokens = batches.stream()
                .flatMap(List::stream)
                .mapToLong(ids -> ids.length)
                .sum();
        return new Row(
                quantization,
                bytes,
                tokens / run.seconds(),
                sum / reference.size(),
                least,
                prediction == null ? null : prediction.perplexity(),
                prediction == null ? null : prediction.accuracy());
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
    }

    /** The texts' mean hidden states, and how long they took in a second pass. */
    private Run run(PretrainedModel model) {
        vectors(model);
        long start = System.nanoTime();
        List<float[]> vectors = vectors(model);
        return new Run(vectors, (System.nanoTime() - start) / 1e9);
    }

    private List<float[]> vectors(PretrainedModel model) {
        List<float[]> vectors = new ArrayList<>();
        for (List<int[]> batch : batches) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor hidden = hidden(model, ModelInputs.of(batch, model.device())); // [tokens, hiddenSize]
                long first = 0;
                for (int[] ids : batch) {
                    vectors.add(TensorData.floats(
                            hidden.narrow(0, first, ids.length).mean(0)));
                    first += ids.length;
                }
            }
        }
        return vectors;
    }

    /** The last layer's hidden states; an encoder–decoder has each text as its source and its target. */
    private static Tensor hidden(PretrainedModel model, ModelInputs inputs) {
        if (model instanceof TaskModel<?> task) {
            return task.body().forward(inputs.withDecoder(inputs)).lastHiddenState();
        }
        if (model instanceof DecoderForCausalLM<?> decoder) {
            return decoder.transformer().forward(inputs).lastHiddenState();
        }
        return model instanceof BareModel bare
                ? bare.forward(inputs, false).lastHiddenState()
                : model.outputs(inputs.withDecoder(inputs)).get("last_hidden_state");
    }

    private @Nullable Prediction predict(PretrainedModel model) {
        boolean masked = model instanceof MaskedLanguageModel && maskTokenId >= 0;
        if (!masked && !(model instanceof DecoderForCausalLM<?>)) {
            return null;
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double logProbability = 0;
        long right = 0;
        long predicted = 0;
        for (List<int[]> batch : batches) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                long[] hidden = masked ? masks(batch, random) : allButTheFirst(batch);
                if (hidden.length > 0) {
                    long[] ids = batch.stream()
                            .flatMapToInt(Arrays::stream)
                            .asLongStream()
                            .toArray();
                    long[] answers =
                            Arrays.stream(hidden).map(row -> ids[(int) row]).toArray();
                    Tensor logits = masked ? maskedLogits(model, batch, hidden) : nextLogits(model, batch, hidden);
                    Tensor labels = ModelInputs.tensor(answers, logits.device());
                    logProbability += logits.log_softmax(-1)
                            .gather(1, labels.unsqueeze(1))
                            .sum()
                            .item_double();
                    right += logits.argmax(new LongOptional(1), false)
                            .eq(labels)
                            .sum()
                            .item_long();
                    predicted += answers.length;
                }
            }
        }
        return predicted == 0
                ? null
                : new Prediction(Math.exp(-logProbability / predicted), (double) right / predicted);
    }

    /** {@code [hidden, vocabSize]}, of texts with masks in those places. */
    private Tensor maskedLogits(PretrainedModel model, List<int[]> batch, long[] hidden) {
        List<int[]> masked = batch.stream().map(int[]::clone).toList();
        int text = 0;
        int first = 0;
        for (long row : hidden) {
            while (row >= first + masked.get(text).length) {
                first += masked.get(text++).length;
            }
            masked.get(text)[(int) row - first] = maskTokenId;
        }
        return ((MaskedLanguageModel) model).maskedLogits(ModelInputs.of(masked, model.device()), hidden);
    }

    /** {@code [hidden, vocabSize]}, each from the token before it. */
    private static Tensor nextLogits(PretrainedModel model, List<int[]> batch, long[] hidden) {
        long[] before = Arrays.stream(hidden).map(row -> row - 1).toArray();
        Tensor all = ((DecoderForCausalLM<?>) model).forward(ModelInputs.of(batch, model.device()));
        return all.index_select(0, ModelInputs.tensor(before, all.device()));
    }

    /** Of the tokens between each text's first and last, which are special ones. */
    private static long[] masks(List<int[]> batch, SplittableRandom random) {
        LongStream.Builder rows = LongStream.builder();
        long first = 0;
        for (int[] ids : batch) {
            for (int i = 1; i < ids.length - 1; i++) {
                if (random.nextInt(100) < MASKED_PERCENT) {
                    rows.add(first + i);
                }
            }
            first += ids.length;
        }
        return rows.build().toArray();
    }

    private static long[] allButTheFirst(List<int[]> batch) {
        LongStream.Builder rows = LongStream.builder();
        long first = 0;
        for (int[] ids : batch) {
            for (int i = 1; i < ids.length; i++) {
                rows.add(first + i);
            }
            first += ids.length;
        }
        return rows.build().toArray();
    }
}
