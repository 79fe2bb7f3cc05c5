package io.transformer4j.finetuning;

import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.checkpoint.SafetensorsWriter;
import io.transformer4j.data.Batch;
import io.transformer4j.data.Example;
import io.transformer4j.data.Fingerprint;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.features.FeatureBasedModel;
import io.transformer4j.models.features.FeatureHeadConfig;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Features of examples, computed once and kept in a file that is mapped into memory. The file's name is a fingerprint of all that the
 * features depend on: encoder, layers and examples.
 */
final class FeatureCache implements AutoCloseable {
    private static final String TENSOR = "features";
    private static final int CHUNK = 512;
    private static final int MAX_BATCH_TOKENS = 2048;

    private final SafetensorsFile file;

    private FeatureCache(SafetensorsFile file) {
        this.file = file;
    }

    /**
     * Opens the features of {@code examples}, after computing them if they aren't there.
     *
     * @param encoderIdentity tells encoders apart
     */
    static FeatureCache open(
            Path folder,
            FeatureBasedModel<?> model,
            Fingerprint encoderIdentity,
            FeatureHeadConfig head,
            List<Example> examples,
            ComputePool pool)
            throws IOException {
        Path path = folder.resolve(key(encoderIdentity, head, examples).hex() + ".safetensors");
        if (!Files.exists(path)) {
            Files.createDirectories(folder);
            int width = head.layers().parts(model.config().numHiddenLayers())
                    * Math.toIntExact(model.config().hiddenSize());
            long rows =
                    examples.stream().mapToLong(example -> rows(head, example)).sum();
            SafetensorsWriter.writeMatrix(path, TENSOR, rows, width, sink -> {
                for (int start = 0; start < examples.size(); start += CHUNK) {
                    List<Example> chunk = examples.subList(start, Math.min(start + CHUNK, examples.size()));
                    for (float[] values : compute(model, head, chunk, pool)) {
                        sink.accept(values);
                    }
                }
            });
        }
        return new FeatureCache(SafetensorsFile.open(path));
    }

    private static Fingerprint key(Fingerprint encoder, FeatureHeadConfig head, List<Example> examples) {
        StringBuilder content = new StringBuilder()
                .append(encoder.hex())
                .append(head.layers())
                .append(head.level())
                .append(head.pooled());
        for (Example example : examples) {
            content.append(Arrays.toString(example.inputIds()))
                    .append(Arrays.toString(example.tokenTypeIds()))
                    .append(Arrays.toString(chosen(head, example)));
        }
        return Fingerprint.of(content.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static int rows(FeatureHeadConfig head, Example example) {
        return head.pooled() ? 1 : chosen(head, example).length;
    }

    /** The tokens whose features are kept: labelled ones if tokens are labelled, else all. */
    private static int[] chosen(FeatureHeadConfig head, Example example) {
        int[] labels = example.labels();
        return IntStream.range(0, example.length())
                .filter(token -> head.level() == FeatureHeadConfig.Level.TEXT
                        || labels == null
                        || labels[token] != Batch.IGNORED)
                .toArray();
    }

    /**
     * The same examples with rows of the table in place of tokens.
     *
     * @param examples those of {@link #open}
     */
    static ExampleDataset asRows(FeatureHeadConfig head, ExampleDataset examples) {
        List<Example> result = new ArrayList<>();
        int next = 0;
        for (Example example : examples.examples()) {
            int first = next;
            next += rows(head, example);
            int[] ids = IntStream.range(first, next).toArray();
            int[] labels = example.labels();
            int[] kept = head.level() == FeatureHeadConfig.Level.TOKEN && labels != null
                    ? Arrays.stream(chosen(head, example))
                            .map(token -> labels[token])
                            .toArray()
                    : null;
            Example row = new Example(example.index(), ids, new int[ids.length], kept, null);
            result.add(example.target() == null ? row : row.withTarget(example.target()));
        }
        return new ExampleDataset(result, examples.truncated());
    }

    /** The kept rows of each example, one behind the other. */
    private static List<float[]> compute(
            FeatureBasedModel<?> model, FeatureHeadConfig head, List<Example> examples, ComputePool pool) {
        List<List<Integer>> batches = batches(examples);
        float[][] results = new float[examples.size()][];
        AtomicInteger next = new AtomicInteger();
        pool.onEachWorker(worker -> {
            try (NoGradGuard guard = new NoGradGuard()) {
                for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
                    computeBatch(model, head, examples, batches.get(i), results);
                }
            }
            return worker;
        });
        return Arrays.asList(results);
    }

    private static void computeBatch(
            FeatureBasedModel<?> model,
            FeatureHeadConfig head,
            List<Example> examples,
            List<Integer> indices,
            float[][] results) {
        try (TensorScope scope = new TensorScope()) {
            Batch batch = Batch.of(indices.stream().map(examples::get).toList());
            ModelInputs inputs = ModelInputs.of(
                    Arrays.stream(batch.inputIds()).asLongStream().toArray(),
                    Arrays.stream(batch.tokenTypeIds()).asLongStream().toArray(),
                    null,
                    SequenceLayout.of(batch.lengths()),
                    model.device());
            Tensor features = FeatureBasedModel.features(model.encoder(), inputs, head);
            int width = Math.toIntExact(features.size(1));
            float[] values = TensorData.floats(features);
            long[] firstRows = inputs.layout().firstRows();
            for (int i = 0; i < indices.size(); i++) {
                Example example = examples.get(indices.get(i));
                int first = head.pooled() ? i : Math.toIntExact(firstRows[i]);
                int[] kept = head.pooled() ? new int[] {0} : chosen(head, example);
                float[] rows = new float[kept.length * width];
                for (int row = 0; row < kept.length; row++) {
                    System.arraycopy(values, (first + kept[row]) * width, rows, row * width, width);
                }
                results[indices.get(i)] = rows;
            }
        }
    }

    private static List<List<Integer>> batches(List<Example> examples) {
        List<List<Integer>> batches = new ArrayList<>();
        int tokens = MAX_BATCH_TOKENS;
        List<Integer> longestFirst = IntStream.range(0, examples.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> -examples.get(i).length()))
                .toList();
        for (int index : longestFirst) {
            int length = examples.get(index).length();
            if (tokens + length > MAX_BATCH_TOKENS) {
                batches.add(new ArrayList<>());
                tokens = 0;
            }
            batches.get(batches.size() - 1).add(index);
            tokens += length;
        }
        return batches;
    }

    /** {@code [rows, width]}, on the file's mapping; belongs to the open scope. */
    Tensor table() {
        return file.tensor(TENSOR);
    }

    @Override
    public void close() {
        file.close();
    }
}
