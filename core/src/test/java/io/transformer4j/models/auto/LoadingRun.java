package io.transformer4j.models.auto;

import io.transformer4j.models.PretrainedModel;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.tracking.MemoryProbe;
import java.nio.file.Path;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Loads a model in a process of its own, reads every weight once, and prints by how much the process's peak memory grew. */
final class LoadingRun {
    private LoadingRun() {}

    /** {@code folder extraBytes}: the second is memory that is held in addition, so that a test can see it measured. */
    public static void main(String[] args) {
        Device cpu = Devices.cpu();
        try (TensorScope scope = new TensorScope()) {
            torch.ones(1 << 20).add_(torch.ones(1)).sum().item_float(); // whatever libtorch sets up on first use
            long before = MemoryProbe.peakResidentBytes().orElseThrow();
            Tensor extra = torch.ones(Long.parseLong(args[1]) / Float.BYTES);
            try (PretrainedModel model = Models.load(Path.of(args[0]), cpu)) {
                double sum = extra.size(0);
                for (var parameter : model.namedParameters().values()) {
                    sum += parameter.tensor().detach().sum().item_float();
                }
                long growth = MemoryProbe.peakResidentBytes().orElseThrow() - before;
                System.err.println("sum " + sum + ", growth " + growth);
                System.out.println(growth);
            }
        }
    }
}
