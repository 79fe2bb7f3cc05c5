package io.transformer4j.scaling.sweep;

import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.ModelShape;
import io.transformer4j.scaling.ParameterCount;
import io.transformer4j.scaling.ScalingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A sweep of seconds: four models of a language in which the next token is mostly a function of the last one. */
final class TinySweep {
    static final SweepRecipe RECIPE = SweepRecipe.DEFAULTS.with(r -> r.batchSize(4)
            .learningRate(1e-2)
            .learningRateSize(1000)
            .validationTokens(64)
            .saveSteps(5));

    private static final int LENGTH = 8;
    private static final int VOCABULARY = 16;

    private TinySweep() {}

    static List<Trial> trials(int most) {
        SweepGrid grid = new SweepGrid(
                List.of(new ModelShape(1, 8, 1, VOCABULARY, LENGTH), new ModelShape(2, 16, 2, VOCABULARY, LENGTH)),
                List.of(640L, 1280L),
                List.of(),
                ParameterCount.TOTAL,
                1,
                1,
                List.of(42L));
        List<Trial> trials = grid.trials(RECIPE.batchTokens(LENGTH));
        return trials.subList(0, Math.min(most, trials.size()));
    }

    static Sweep sweep(Path folder, SweepRecipe recipe, int most) throws IOException {
        return new Sweep(trials(most), recipe, data(1000, 1), data(40, 2), folder);
    }

    static List<ScalingRun> run(Path folder, int workers) throws IOException {
        return sweep(folder, RECIPE, Integer.MAX_VALUE).run(workers, companions -> {}, ProgressListener.NONE);
    }

    /** For a process that is to be killed: prints each run that is finished. */
    public static void main(String[] args) throws IOException {
        sweep(Path.of(args[0]), RECIPE, Integer.MAX_VALUE)
                .run(2, companions -> {}, (done, total, message) -> System.out.println(message));
    }

    private static Dataset data(long size, long seed) {
        return new Dataset() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Example get(int epoch, long index) {
                SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
                int[] ids = new int[LENGTH + 1];
                ids[0] = random.nextInt(VOCABULARY);
                for (int i = 1; i < ids.length; i++) {
                    ids[i] = random.nextInt(4) == 0 ? random.nextInt(VOCABULARY) : (5 * ids[i - 1] + 3) % VOCABULARY;
                }
                return new Example(
                        index,
                        Arrays.copyOf(ids, LENGTH),
                        new int[LENGTH],
                        Arrays.copyOfRange(ids, 1, LENGTH + 1),
                        null);
            }
        };
    }
}
