package io.transformer4j.scaling.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.ParameterCount;
import io.transformer4j.scaling.ResultsTable;
import io.transformer4j.scaling.ResultsTable.Columns;
import io.transformer4j.scaling.ScalingException;
import io.transformer4j.scaling.ScalingRun;
import io.transformer4j.scaling.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTest {
    @TempDir
    private Path folder;

    @Test
    void everyRunIsARowWhateverTheNumberOfWorkers() throws IOException {
        List<ScalingRun> one = TinySweep.run(folder.resolve("one"), 1);
        List<ScalingRun> two = TinySweep.run(folder.resolve("two"), 2);

        assertThat(one).hasSize(4);
        assertThat(withoutTime(two)).containsExactlyInAnyOrderElementsOf(withoutTime(one));
        List<ScalingRun> table = ResultsTable.read(folder.resolve("two").resolve(Sweep.RESULTS_NAME));
        assertThat(table).extracting(ScalingRun::flops).isSorted();
        assertThat(table).containsExactlyInAnyOrderElementsOf(two);
        for (ScalingRun run : table) {
            assertThat(run.tokens()).isIn(640L, 1280L);
            assertThat(run.loss()).as("below a guess, log 16").isLessThan(2.7);
            assertThat(run.config()).contains("max_steps=" + run.tokens() / 32 + ";");
        }
        List<TrainingCurve> curves = ResultsTable.curves(
                folder.resolve("two").resolve(Sweep.CURVES_NAME), Columns.standard(ParameterCount.TOTAL));
        assertThat(curves).hasSize(4).allSatisfy(curve -> {
            int last = curve.points().size() - 1;
            assertThat(curve.points().get(last).loss())
                    .isLessThan(curve.points().get(0).loss());
        });
    }

    @Test
    void aLargerGridGoesOnWithTheSmallerOne() throws IOException {
        List<String> messages = new ArrayList<>();
        TinySweep.sweep(folder, TinySweep.RECIPE, 2).run(2, companions -> {}, ProgressListener.NONE);

        List<ScalingRun> rows = TinySweep.sweep(folder, TinySweep.RECIPE, 4)
                .run(1, companions -> {}, (done, total, message) -> messages.add(message));

        assertThat(rows).hasSize(4);
        assertThat(messages).as("trained the second time").hasSize(2);
    }

    @Test
    void aKilledSweepEndsAsIfItHadNotBeen() throws Exception {
        List<ScalingRun> expected = TinySweep.run(folder.resolve("expected"), 2);
        Path killed = folder.resolve("killed");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TinySweep.class.getName(),
                        killed.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.inputReader().readLine())
                    .as("first finished run")
                    .isNotNull();
        } finally {
            process.destroyForcibly().waitFor();
        }
        int before = ResultsTable.read(killed.resolve(Sweep.RESULTS_NAME)).size();

        List<ScalingRun> rows = TinySweep.run(killed, 2);

        assertThat(before).isGreaterThanOrEqualTo(1);
        assertThat(withoutTime(rows)).containsExactlyInAnyOrderElementsOf(withoutTime(expected));
        assertThat(ResultsTable.curvePoints(killed.resolve(Sweep.CURVES_NAME)))
                .containsExactlyInAnyOrderElementsOf(
                        ResultsTable.curvePoints(folder.resolve("expected").resolve(Sweep.CURVES_NAME)));
    }

    @Test
    void anotherRecipeNeedsAnotherFolder() throws IOException {
        TinySweep.sweep(folder, TinySweep.RECIPE, 1).run(1, companions -> {}, ProgressListener.NONE);
        SweepRecipe other = TinySweep.RECIPE.withLearningRate(2e-2);

        assertThatThrownBy(() -> TinySweep.sweep(folder, other, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learning_rate=0.0104039;")
                .hasMessageContaining("choose another folder");

        Files.delete(folder.resolve(Sweep.RESULTS_NAME)); // as if it had been killed under way
        Sweep underWay = TinySweep.sweep(folder, other, 1);
        assertThatThrownBy(() -> underWay.run(1, companions -> {}, ProgressListener.NONE))
                .isInstanceOf(ScalingException.class)
                .hasMessageContaining("it was begun as");
    }

    @Test
    void aRunThatDivergesHasNoRow() throws IOException {
        Sweep sweep = TinySweep.sweep(folder, TinySweep.RECIPE.withLearningRate(1e36), 2);

        assertThatThrownBy(() -> sweep.run(2, companions -> {}, ProgressListener.NONE))
                .isInstanceOf(ScalingException.class)
                .hasMessageContaining("2 of 2 runs failed")
                .hasMessageContaining("1x8x1-d640-s42");
        assertThat(folder.resolve(Sweep.RESULTS_NAME)).doesNotExist();
    }

    private static List<ScalingRun> withoutTime(List<ScalingRun> runs) {
        return runs.stream().map(run -> run.withSeconds(1)).toList();
    }
}
