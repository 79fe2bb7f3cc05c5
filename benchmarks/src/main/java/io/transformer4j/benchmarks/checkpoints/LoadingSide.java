package io.transformer4j.benchmarks.checkpoints;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.NativeMemory;
import io.transformer4j.torch.TensorData;
import io.transformer4j.tracking.MemoryProbe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.json.JsonMapper;

/**
 * One process of {@link LoadingBenchmark}: loads a checkpoint some times, each time followed by a forward pass of few tokens, and prints what
 * that took as JSON. {@code benchmarks/checkpoints/loading_peer.py} does the same.
 */
public final class LoadingSide {
    private static final int[] IDS = {11, 12, 13, 14, 15, 16, 17, 18};

    private final List<Double> loads = new ArrayList<>();
    private final List<Double> passes = new ArrayList<>();
    private final List<Double> ends = new ArrayList<>();
    private final List<Long> peaks = new ArrayList<>();
    private double sum;

    private LoadingSide() {}

    /** Arguments: the model's folder, and how often to load it. */
    public static void main(String[] args) {
        LoadingSide side = new LoadingSide();
        try (ComputePool pool = new ComputePool(0)) {
            side.sum = pool.onOneWorker(
                    () -> (double) TensorData.floats(Tensor.create(1f))[0]); // the libraries are loaded
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                side.run(Path.of(args[0]), pool);
            }
        }
        Map<String, Object> figures = Map.of(
                "load_s", side.loads,
                "pass_s", side.passes,
                "ended_s", side.ends,
                "peak_bytes", side.peaks,
                "sum", side.sum);
        System.out.println(JsonMapper.shared().writeValueAsString(figures));
    }

    private void run(Path folder, ComputePool pool) {
        NativeMemory.resetPeak();
        long before = MemoryProbe.residentBytes().orElse(0);
        long start = System.nanoTime();
        try (PretrainedModel model = Models.load(folder, Devices.cpu())) {
            long loaded = System.nanoTime();
            sum += pool.onOneWorker(() -> pass(model));
            long end = System.nanoTime();
            loads.add((loaded - start) / 1e9);
            passes.add((end - start) / 1e9);
            ends.add(System.currentTimeMillis() / 1e3);
            peaks.add(MemoryProbe.peakResidentBytes().orElse(0) - before);
        }
    }

    private static double pass(PretrainedModel model) {
        try (NoGradGuard guard = new NoGradGuard()) {
            Tensor logits =
                    model.outputs(ModelInputs.of(List.of(IDS), model.device())).get("logits");
            return TensorData.floats(logits)[0];
        }
    }
}
