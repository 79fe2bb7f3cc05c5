package io.transformer4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.transformer4j.checkpoint.Manifest;
import io.transformer4j.data.DataCollator;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A run that is stopped and resumed ends as if it had never stopped. */
class ResumeTest {
    private static final TrainingArguments ARGUMENTS = TinyRun.ARGUMENTS;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void stopAfterAnyStep(TinyModels kind) throws IOException {
        Path expected = folder.resolve("expected");
        Journal uninterrupted = new Journal();
        TinyRun.train(kind, ARGUMENTS, expected, uninterrupted);
        for (int step = 1; step <= ARGUMENTS.maxSteps(); step++) {
            Path stopped = folder.resolve("stopped-" + step);
            int last = step;
            Journal journal = new Journal();
            TrainerState state = stopOn(kind, stopped, journal, "step " + last);
            assertThat(state.globalStep()).isEqualTo(last);
            TinyRun.train(kind, ARGUMENTS, stopped, journal);
            TinyRun.assertSameEnd(expected, stopped, ARGUMENTS.maxSteps());
            assertThat(journal.entries()).as("stopped after " + last).isEqualTo(uninterrupted.entries());
        }
    }

    /** Whatever of a step's log line, evaluation and checkpoint is still to come when the run stops, comes after resuming. */
    @ParameterizedTest
    @CsvSource({"BERT, log 6", "BERT, eval 4", "GPT2, log 8", "GPT2, eval 8"})
    void stopInsideACallback(TinyModels kind, String event) throws IOException {
        Path expected = folder.resolve("expected");
        Journal uninterrupted = new Journal();
        TinyRun.train(kind, ARGUMENTS, expected, uninterrupted);
        Path stopped = folder.resolve("stopped");
        Journal journal = new Journal();
        stopOn(kind, stopped, journal, event);
        TinyRun.train(kind, ARGUMENTS, stopped, journal);
        TinyRun.assertSameEnd(expected, stopped, ARGUMENTS.maxSteps());
        assertThat(journal.entries()).isEqualTo(uninterrupted.entries());
    }

    private static TrainerState stopOn(TinyModels kind, Path folder, Journal journal, String event) {
        Trainer[] running = new Trainer[1];
        BiConsumer<String, String> stopper = (happened, values) -> {
            if (happened.equals(event)) {
                running[0].stop();
            }
        };
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = kind.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(kind, model, ARGUMENTS, pool)
                        .outputFolder(folder)
                        .callback(journal)
                        .callback(new Journal(stopper))
                        .build()) {
            running[0] = trainer;
            return trainer.train();
        }
    }

    @Test
    void stopDuringAnEvaluationMakesItAgain() throws IOException {
        Path expected = folder.resolve("expected");
        Journal uninterrupted = new Journal();
        TinyRun.train(TinyModels.GPT2, ARGUMENTS, expected, uninterrupted);
        Path stopped = folder.resolve("stopped");
        Trainer[] running = new Trainer[1];
        Dataset data = TinyModels.GPT2.data(7, 1000);
        Dataset stopping = new Dataset() {
            @Override
            public long size() {
                return data.size();
            }

            @Override
            public Example get(int epoch, long index) {
                running[0].stop();
                return data.get(epoch, index);
            }
        };
        Journal journal = new Journal();
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = TinyModels.GPT2.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool)
                        .evalData(stopping, DataCollator.DEFAULT)
                        .outputFolder(stopped)
                        .callback(journal)
                        .build()) {
            running[0] = trainer;
            assertThat(trainer.train().globalStep()).isEqualTo(4);
        }
        assertThat(journal.entries()).doesNotContainKey("eval 4");
        TinyRun.train(TinyModels.GPT2, ARGUMENTS, stopped, journal);
        TinyRun.assertSameEnd(expected, stopped, ARGUMENTS.maxSteps());
        assertThat(journal.entries()).isEqualTo(uninterrupted.entries());
    }

    @Test
    void stopInMidStepSavesTheLastCompleteOne() throws Exception {
        Path expected = folder.resolve("expected");
        Path stopped = folder.resolve("stopped");
        CountDownLatch inStep = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (ComputePool pool = new ComputePool(1);
                TrainableModel free = SteeredModel.byTrainingCall(call -> UnaryOperator.identity());
                TrainableModel held = SteeredModel.byTrainingCall(call -> loss -> {
                    if (call == 6) { // the second micro-batch of step 3
                        inStep.countDown();
                        await(release);
                    }
                    return loss;
                });
                TrainableModel resumed = SteeredModel.byTrainingCall(call -> UnaryOperator.identity())) {
            train(free, pool, expected);
            try (Trainer trainer = TinyRun.trainer(TinyModels.GPT2, held, ARGUMENTS, pool)
                    .outputFolder(stopped)
                    .build()) {
                Future<TrainerState> run = thread.submit(trainer::train);
                inStep.await();
                assertThat(trainer.stop()).isEqualTo(2);
                assertThat(run.isDone()).isFalse();
                assertThat(Manifest.verify(stopped.resolve("checkpoint-2"))).isInstanceOf(Manifest.Complete.class);
                release.countDown();
                assertThat(run.get().globalStep()).isEqualTo(2);
                assertThat(stopped.resolve("model.safetensors")).doesNotExist();
                assertThat(held.namedParameters().values())
                        .allMatch(parameter -> parameter.grad().isEmpty());
            }
            train(resumed, pool, stopped);
            TinyRun.assertSameEnd(expected, stopped, ARGUMENTS.maxSteps());
        } finally {
            release.countDown();
            thread.shutdown();
        }
    }

    private static TrainerState train(TrainableModel model, ComputePool pool, Path folder) {
        try (Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool)
                .outputFolder(folder)
                .build()) {
            trainer.resume();
            return trainer.train();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aStoppedEarlyRunStaysStopped() {
        TrainingArguments arguments = ARGUMENTS.with(a -> a.learningRate(1e-30)
                .maxSteps(100)
                .evalSteps(2)
                .saveSteps(0)
                .earlyStoppingPatience(3)
                .loadBestModelAtEnd(false));
        TrainerState ended = TinyRun.train(TinyModels.GPT2, arguments, folder, new Journal());
        assertThat(ended.globalStep()).isEqualTo(8); // one evaluation that is best, three that are not
        assertThat(ended.evaluationsSinceBest()).isEqualTo(3);
        TrainerState again = TinyRun.train(TinyModels.GPT2, arguments, folder, new Journal());
        assertThat(again).isEqualTo(ended);
        TrainerState patient =
                TinyRun.train(TinyModels.GPT2, arguments.with(a -> a.earlyStoppingPatience(4)), folder, new Journal());
        assertThat(patient.globalStep()).isEqualTo(10);
    }

    @Test
    void theBestCheckpointIsKeptAndLoaded() throws IOException {
        double[] losses = {3, 1, 2, 4, 5};
        int[] evaluations = new int[1];
        TrainingArguments arguments = ARGUMENTS.with(
                a -> a.maxSteps(10).evalSteps(2).saveSteps(1).saveTotalLimit(1).batchSize(8));
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = SteeredModel.withWeights((loss, training) ->
                        training ? loss : loss.new_zeros().fill_(new Scalar(losses[evaluations[0]++])));
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, arguments, pool)
                        .outputFolder(folder)
                        .build()) {
            TrainerState state = trainer.train();
            assertThat(state.bestStep()).isEqualTo(4);
            assertThat(state.bestMetric()).isEqualTo(1);
        }
        try (var names = Files.list(folder)) {
            assertThat(names.map(file -> file.getFileName().toString()).filter(name -> name.startsWith("checkpoint")))
                    .containsExactlyInAnyOrder("checkpoint-4", "checkpoint-10");
        }
        String weights = "model.safetensors";
        assertThat(Files.mismatch(
                        folder.resolve(weights), folder.resolve("checkpoint-4").resolve(weights)))
                .isEqualTo(-1);
    }

    @Test
    void anotherSetupIsRefused() {
        TinyRun.train(TinyModels.BERT, ARGUMENTS, folder, new Journal());
        Map<String, TrainingArguments> others = Map.of(
                "seed 42 instead of 43", ARGUMENTS.withSeed(43),
                "batchSize 3 instead of 4", ARGUMENTS.withBatchSize(4),
                "gradientAccumulationSteps 2 instead of 1", ARGUMENTS.withGradientAccumulationSteps(1),
                "maxTokensPerBatch 0 instead of 100", ARGUMENTS.withMaxTokensPerBatch(100),
                "groupByLength false instead of true", ARGUMENTS.withGroupByLength(true));
        others.forEach((difference, arguments) -> assertRefused(arguments, TinyRun.EXAMPLES, 1, difference));
        assertRefused(ARGUMENTS, TinyRun.EXAMPLES + 1, 1, "trainingExamples 20 instead of 21");
        assertRefused(ARGUMENTS, TinyRun.EXAMPLES, 2, "other training data");
    }

    private void assertRefused(TrainingArguments arguments, int examples, long dataSeed, String difference) {
        TinyModels kind = TinyModels.BERT;
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = kind.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(kind, model, arguments, pool)
                        .trainData(kind.data(examples, dataSeed), kind.collator(arguments.seed()))
                        .outputFolder(folder)
                        .build()) {
            assertThatThrownBy(trainer::resume)
                    .isInstanceOf(TrainingException.class)
                    .hasMessage(folder.resolve("checkpoint-8") + " belongs to a run with " + difference
                            + ": resume with the same data and arguments, or choose another output folder");
        }
    }

    @Test
    void aNewRunDoesNotMixWithAnOldOne() {
        TinyRun.train(TinyModels.GPT2, ARGUMENTS, folder, new Journal());
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = TinyModels.GPT2.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(TinyModels.GPT2, model, ARGUMENTS, pool)
                        .outputFolder(folder)
                        .build()) {
            assertThatThrownBy(trainer::train)
                    .isInstanceOf(TrainingException.class)
                    .hasMessage(folder.resolve("checkpoint-8")
                            + " belongs to an earlier run: resume it, or choose another output folder");
        }
    }

    @Test
    void aTruncatedCheckpointIsPassedOver() throws IOException {
        Path expected = folder.resolve("expected");
        Path damaged = folder.resolve("damaged");
        TinyRun.train(TinyModels.GPT2, ARGUMENTS, expected, new Journal());
        TinyRun.train(TinyModels.GPT2, ARGUMENTS, damaged, new Journal());
        Path newest = damaged.resolve("checkpoint-8");
        try (FileChannel file = FileChannel.open(newest.resolve("optimizer.safetensors"), StandardOpenOption.WRITE)) {
            file.truncate(file.size() / 2);
        }
        List<String> messages = messagesOf(RunCheckpoints.class, () -> {
            Journal journal = new Journal();
            TinyRun.train(TinyModels.GPT2, ARGUMENTS, damaged, journal);
            assertThat(journal.entries()).containsKeys("step 6", "step 8").doesNotContainKey("step 5");
        });
        assertThat(messages)
                .anyMatch(message -> message.startsWith(newest + " passed over: optimizer.safetensors has "))
                .contains("resumed from " + damaged.resolve("checkpoint-5"));
        TinyRun.assertSameEnd(expected, damaged, 8);
    }

    private static List<String> messagesOf(Class<?> source, Runnable action) {
        Logger logger = (Logger) LoggerFactory.getLogger(source);
        ListAppender<ILoggingEvent> messages = new ListAppender<>();
        messages.start();
        logger.addAppender(messages);
        try {
            action.run();
        } finally {
            logger.detachAppender(messages);
        }
        return messages.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
