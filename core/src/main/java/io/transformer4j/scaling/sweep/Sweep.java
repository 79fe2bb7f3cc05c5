package io.transformer4j.scaling.sweep;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Dataset;
import io.transformer4j.files.AtomicFile;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.scaling.CurvePoint;
import io.transformer4j.scaling.ResultsTable;
import io.transformer4j.scaling.ScalingException;
import io.transformer4j.scaling.ScalingRun;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.training.RunLogger;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Trains the models of a grid, several at once, each on one core: that way cores never wait for each other, and a run's result doesn't
 * depend on how many there are.
 *
 * <p>The folder holds {@code results.csv} (a row for each finished run), {@code curves.csv} (training loss on the way, for approach 1)
 * and a folder of checkpoints and metrics for each run. Both tables are replaced atomically after every run. A sweep that was killed goes
 * on where it was: finished runs are skipped, one under way resumes from its newest checkpoint.
 */
public final class Sweep {
    /** A row for each finished run. */
    public static final String RESULTS_NAME = "results.csv";
    /** Points of the training curves. */
    public static final String CURVES_NAME = "curves.csv";

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final String RUNS_NAME = "runs";
    private static final String RECIPE_NAME = "recipe.txt";

    private final List<Trial> trials;
    private final SweepRecipe recipe;
    private final Dataset train;
    private final Dataset validation;
    private final Path folder;

    /** Finished runs by name; guarded by this, as are the two tables and the listener. */
    private final Map<String, ScalingRun> finished = new LinkedHashMap<>();

    private final List<CurvePoint> curves = new ArrayList<>();
    private double doneFlops;

    /**
     * A sweep.
     *
     * @param trials what to train, in this order
     * @param train blocks of the shapes' {@code nPositions} tokens
     * @param validation held-out blocks of the same length
     * @throws IllegalArgumentException if a run has the name of one in the folder's table that was trained otherwise
     */
    public Sweep(List<Trial> trials, SweepRecipe recipe, Dataset train, Dataset validation, Path folder)
            throws IOException {
        this.trials = List.copyOf(trials);
        this.recipe = recipe;
        this.train = train;
        this.validation = validation;
        this.folder = folder;
        if (Files.exists(folder.resolve(RESULTS_NAME))) {
            ResultsTable.read(folder.resolve(RESULTS_NAME)).forEach(run -> finished.put(run.run(), run));
            curves.addAll(ResultsTable.curvePoints(folder.resolve(CURVES_NAME)));
            curves.removeIf(point -> !finished.containsKey(point.run()));
        }
        for (Trial trial : trials) {
            recipe.arguments(trial); // impossible settings are found now rather than hours later
            ScalingRun row = finished.get(trial.name());
            if (row != null && !row.config().equals(recipe.describe(trial))) {
                throw new IllegalArgumentException(
                        "%s: the run %s was trained as %s, now it would be %s: choose another folder"
                                .formatted(
                                        folder.resolve(RESULTS_NAME),
                                        trial.name(),
                                        row.config(),
                                        recipe.describe(trial)));
            }
        }
    }

    /**
     * Trains what isn't finished.
     *
     * @param workers models to train at the same time; 0 for one a processor
     * @param companions writes files that belong beside the weights, such as the tokenizer's
     * @param progress in millions of floating-point operations
     * @return all rows of the table, those of earlier grids included
     * @throws ScalingException naming the runs that failed, after all others are finished
     * @throws CancellationException if the calling thread is interrupted
     */
    public List<ScalingRun> run(int workers, AtomicFiles.FolderWriter companions, ProgressListener progress) {
        List<Trial> missing = new ArrayList<>();
        for (Trial trial : trials) {
            if (finished.containsKey(trial.name())) {
                doneFlops += trial.flops();
            } else {
                missing.add(trial);
            }
        }
        int threads = workers == 0 ? Runtime.getRuntime().availableProcessors() : workers;
        ExecutorService executor = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "sweep");
            thread.setDaemon(true);
            return thread;
        });
        Map<Trial, Future<?>> futures = new LinkedHashMap<>();
        try {
            for (Trial trial : missing) {
                futures.put(trial, executor.submit(() -> finish(trial, companions, progress)));
            }
            await(futures);
        } finally {
            executor.shutdownNow();
        }
        return List.copyOf(finished.values());
    }

    private static void await(Map<Trial, Future<?>> futures) {
        List<String> failures = new ArrayList<>();
        for (Map.Entry<Trial, Future<?>> entry : futures.entrySet()) {
            try {
                entry.getValue().get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException(
                        "interrupted while training " + entry.getKey().name());
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                if (!(cause instanceof ScalingException || cause instanceof TrainingException)) {
                    throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
                }
                failures.add(entry.getKey().name() + " (" + cause.getMessage() + ")");
            }
        }
        if (!failures.isEmpty()) {
            throw new ScalingException("%d of %d runs failed and have no row in the table: %s"
                    .formatted(failures.size(), futures.size(), String.join("; ", failures)));
        }
    }

    private void finish(Trial trial, AtomicFiles.FolderWriter companions, ProgressListener progress) {
        Path runFolder = folder.resolve(RUNS_NAME).resolve(trial.name());
        checkUnderWay(trial, runFolder.resolve(RECIPE_NAME));
        TrainerState state = train(trial, runFolder, companions);
        Double loss = state.bestMetric(); // of the one evaluation, at the end
        if (loss == null) {
            throw new ScalingException("the final loss is not finite");
        }
        ScalingRun row = new ScalingRun(
                trial.name(),
                recipe.describe(trial),
                trial.shape().parameters(),
                trial.shape().nonEmbeddingParameters(),
                state.tokens(),
                state.tokens() * trial.shape().trainingFlopsPerToken(),
                loss,
                trial.seed(),
                state.trainSeconds());
        try {
            record(trial, row, curve(trial, runFolder), progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A run under way must have been started by the same recipe. */
    private void checkUnderWay(Trial trial, Path file) {
        String wanted = recipe.describe(trial);
        try {
            if (!Files.exists(file)) {
                AtomicFile.writeString(file, wanted);
            } else if (!Files.readString(file).equals(wanted)) {
                throw new ScalingException("%s: it was begun as %s, now it would be %s: choose another folder"
                        .formatted(file, Files.readString(file), wanted));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TrainerState train(Trial trial, Path runFolder, AtomicFiles.FolderWriter companions) {
        long blocks = Math.max(1, recipe.validationTokens() / trial.shape().nPositions());
        try (ComputePool pool = new ComputePool(1);
                GPT2LMHeadModel model = new GPT2LMHeadModel(recipe.config(trial.shape()));
                RunLogger logger = new RunLogger(runFolder, trial.name())) {
            model.initializeWeights(trial.seed(), Devices.parse("cpu"));
            try (Trainer trainer = Trainer.builder(model, recipe.arguments(trial))
                    .pool(pool)
                    .trainData(train, DataCollator.DEFAULT)
                    .evalData(new EvenSample(validation, blocks), DataCollator.DEFAULT)
                    .outputFolder(runFolder)
                    .companions(companions)
                    .callback(logger)
                    .build()) {
                if (trainer.resume()) {
                    LOG.info("{} goes on where it was", trial.name());
                }
                return trainer.train();
            }
        }
    }

    /** The mean training loss between two log records, at the tokens halfway between them. */
    private static List<CurvePoint> curve(Trial trial, Path runFolder) throws IOException {
        List<CurvePoint> points = new ArrayList<>();
        long before = 0;
        for (String line : Files.readAllLines(runFolder.resolve("metrics.jsonl"))) {
            JsonNode entry = JsonMapper.shared().readTree(line);
            if (!entry.has("loss")) {
                continue;
            }
            long tokens = entry.get("tokens").asLong();
            double loss = entry.get("loss").asDouble();
            if (loss > 0 && Double.isFinite(loss)) {
                points.add(new CurvePoint(
                        trial.name(),
                        trial.shape().parameters(),
                        trial.shape().nonEmbeddingParameters(),
                        (before + tokens) / 2,
                        loss));
            }
            before = tokens;
        }
        return points;
    }

    private synchronized void record(Trial trial, ScalingRun row, List<CurvePoint> curve, ProgressListener progress)
            throws IOException {
        curves.addAll(curve);
        List<ScalingRun> rows = new ArrayList<>(finished.values());
        rows.add(row);
        rows.sort(Comparator.comparingDouble(ScalingRun::flops));
        ResultsTable.writeCurves(folder.resolve(CURVES_NAME), curves);
        ResultsTable.write(folder.resolve(RESULTS_NAME), rows); // last: a run with a row is finished
        finished.put(row.run(), row);
        doneFlops += trial.flops();
        double total = trials.stream().mapToDouble(Trial::flops).sum();
        progress.update(
                (long) (doneFlops / 1e6),
                (long) (total / 1e6),
                String.format(Locale.ROOT, "%s loss %.4f, %,.0f s", row.run(), row.loss(), row.seconds()));
    }
}
