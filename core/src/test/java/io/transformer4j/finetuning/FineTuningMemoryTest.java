package io.transformer4j.finetuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.tracking.MemoryProbe;
import io.transformer4j.training.TrainingArguments;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FineTuningMemoryTest {
    private static final int CLASSIFIERS = 10;
    private static final int SETTLED = 4;
    /** Far less than the weights of one of the models, 90 MB, without their gradients and moments. */
    private static final long BOUND = 60L << 20;

    @TempDir
    private Path folder;

    @Test
    void tenClassifiersTrainedAndClosedLeaveNothingBehind() {
        Path encoder = SharedFiles.require("models/all-MiniLM-L6-v2");
        FineTuneSettings settings = FineTuneSettings.DEFAULTS.with(
                s -> s.epochs(1).trainableLayers(1).training(TrainingArguments.DEFAULTS.with(a -> a.batchSize(6))));

        List<Long> resident = new ArrayList<>();
        try (ComputePool pool = new ComputePool(2)) {
            for (int i = 0; i < CLASSIFIERS; i++) {
                new FineTuner<>(
                                TextClassificationTask.singleLabel(LabelledFile.Columns.DEFAULT),
                                encoder,
                                settings,
                                pool)
                        .train(ToyData.texts(), List.of(), folder.resolve("run-" + i), List.of());
                System.gc();
                resident.add(MemoryProbe.residentBytes().orElseThrow());
            }
        }
        assertThat(resident.get(CLASSIFIERS - 1) - resident.get(SETTLED))
                .as("growth of %s", resident)
                .isLessThan(BOUND);
    }
}
