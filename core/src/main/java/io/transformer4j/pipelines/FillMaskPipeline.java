package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.MaskedLanguageModel;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Says what may stand where a text has a mask (HF's pipeline {@code fill-mask}). Thread-safe.
 *
 * <pre>{@code
 * try (FillMaskPipeline pipeline = Pipelines.fillMask(Path.of("my-bert"))) {
 *     FillMaskResult result = pipeline.fill("Paris is the [MASK] of France.", 5);
 *     FillMaskResult.Candidate best = result.masks().get(0).candidates().get(0);
 * }
 * }</pre>
 */
public final class FillMaskPipeline implements AutoCloseable {
    private final PipelineRuntime<PretrainedModel> runtime;
    private final MaskedLanguageModel model;
    private final int maskTokenId;

    FillMaskPipeline(Path folder, PipelineOptions options) {
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, device));
        model = (MaskedLanguageModel) runtime.model();
        maskTokenId = runtime.tokenizer().maskTokenId().orElse(Encoding.NONE);
        if (maskTokenId == Encoding.NONE) {
            runtime.close();
            throw new CheckpointException(folder, "its tokenizer has no mask token, which filling masks needs");
        }
    }

    private static PretrainedModel load(Path folder, Device device) {
        PretrainedModel model = Models.load(folder, device);
        if (model instanceof MaskedLanguageModel) {
            return model;
        }
        model.close();
        throw new CheckpointException(
                folder, "is a " + model.architecture() + ", which has no masked-language head to fill masks with");
    }

    /** How a mask is written, such as {@code [MASK]}. */
    public String maskToken() {
        return runtime.tokenizer().idToToken(maskTokenId);
    }

    /** Fills the masks of one text; see {@link #fill(List, int)}. */
    public FillMaskResult fill(String text, int topK) {
        return fill(List.of(text), topK).get(0);
    }

    /**
     * Fills the masks of several texts, each mask on its own.
     *
     * @param topK candidates for each mask
     * @return in the order of the texts
     * @throws IllegalArgumentException if a text has no mask or is too long, or {@code topK} isn't positive
     */
    public List<FillMaskResult> fill(List<String> texts, int topK) {
        if (topK < 1) {
            throw new IllegalArgumentException("top_k must be at least 1, but is " + topK);
        }
        List<Encoding> encodings = runtime.encode(texts);
        for (int i = 0; i < texts.size(); i++) {
            if (masks(encodings.get(i)).length == 0) {
                throw new IllegalArgumentException(
                        "text " + i + " has no mask: write " + maskToken() + " where a word is to be found");
            }
        }
        List<List<FillMaskResult.Mask>> filled =
                runtime.run(encodings, (inputs, batch) -> fillBatch(inputs, batch, topK));
        return IntStream.range(0, texts.size())
                .mapToObj(i -> new FillMaskResult(texts.get(i), filled.get(i)))
                .toList();
    }

    private List<List<FillMaskResult.Mask>> fillBatch(ModelInputs inputs, List<Encoding> batch, int topK) {
        long[] firstRows = inputs.layout().firstRows();
        long[] rows = IntStream.range(0, batch.size())
                .boxed()
                .flatMapToInt(i ->
                        IntStream.of(masks(batch.get(i))).map(position -> Math.toIntExact(firstRows[i]) + position))
                .asLongStream()
                .toArray();
        Tensor probabilities =
                model.maskedLogits(inputs, rows).toType(ScalarType.Float).softmax(-1); // [masks, vocabSize]
        int count = (int) Math.min(topK, probabilities.size(1));
        T_TensorTensor_T top = probabilities.topk(count, -1, true, true);
        float[] scores = TensorData.floats(top.get0());
        long[] ids = TensorData.longs(top.get1());
        List<List<FillMaskResult.Mask>> results = new ArrayList<>(batch.size());
        int at = 0;
        for (Encoding encoding : batch) {
            List<FillMaskResult.Mask> masks = new ArrayList<>();
            for (int position : masks(encoding)) {
                List<FillMaskResult.Candidate> candidates = new ArrayList<>(count);
                for (int end = at + count; at < end; at++) {
                    candidates.add(candidate(encoding, position, (int) ids[at], scores[at]));
                }
                masks.add(new FillMaskResult.Mask(
                        encoding.starts()[position], encoding.ends()[position], List.copyOf(candidates)));
            }
            results.add(List.copyOf(masks));
        }
        return results;
    }

    private FillMaskResult.Candidate candidate(Encoding encoding, int position, int id, double score) {
        Tokenizer tokenizer = runtime.tokenizer();
        int[] special = encoding.specialTokensMask();
        int[] sequence = IntStream.range(0, encoding.length())
                .filter(i -> special[i] == 0)
                .map(i -> i == position ? id : encoding.ids()[i])
                .toArray();
        return new FillMaskResult.Candidate(
                id, tokenizer.decode(new int[] {id}, false).strip(), score, tokenizer.decode(sequence, false));
    }

    private int[] masks(Encoding encoding) {
        return IntStream.range(0, encoding.length())
                .filter(i -> encoding.ids()[i] == maskTokenId)
                .toArray();
    }

    @Override
    public void close() {
        runtime.close();
    }
}
