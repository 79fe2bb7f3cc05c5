package io.transformer4j.training;

import io.transformer4j.models.TrainableModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A run in a process of its own, for tests that kill it. Its journal is a file; it prints each event when it is over. */
final class ResumableRun {
    /** What the process prints before it holds out in an endless step or an endless save. */
    static final String HOLDING = "holding";

    /** Exit status after SIGTERM. */
    static final int INTERRUPTED = 130;

    private ResumableRun() {}

    /** The command line of a run that resumes if it can. */
    static ProcessBuilder process(TinyModels kind, Path folder, Path journal, String holdAt) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ResumableRun.class.getName(),
                        kind.name(),
                        folder.toString(),
                        journal.toString(),
                        holdAt)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
    }

    /** Arguments of every such run: a checkpoint at nearly every moment. */
    static TrainingArguments arguments() {
        return TinyRun.ARGUMENTS.with(a -> a.maxSteps(30).warmupSteps(5).saveSteps(2));
    }

    /** {@code kind folder journal holdAt}, where the run holds out in {@code save N}, in {@code train N}, or nowhere. */
    public static void main(String[] args) {
        TinyModels kind = TinyModels.valueOf(args[0]);
        Path folder = Path.of(args[1]);
        String holdAt = args[3];
        Journal journal = new Journal((event, values) -> append(Path.of(args[2]), event, values));
        TrainerState[] last = {TrainerState.START};
        try (ComputePool pool = new ComputePool(1);
                TrainableModel model = holdAt.startsWith("train")
                        ? SteeredModel.byTrainingCall(call -> loss -> {
                            if (holdAt.equals("train " + call)) {
                                multiplyForever();
                            }
                            return loss;
                        })
                        : kind.withWeights(0.1);
                Trainer trainer = TinyRun.trainer(kind, model, arguments(), pool)
                        .outputFolder(folder)
                        .callback(journal)
                        .callback(new TrainerCallback() {
                            @Override
                            public void onStepEnd(TrainerState state, double loss) {
                                last[0] = state;
                            }
                        })
                        .companions(target -> {
                            if (holdAt.equals("save " + last[0].globalStep())) {
                                hold();
                            }
                        })
                        .build()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (holdAt.startsWith("train")) {
                    trainer.stop();
                    ComputePool.exitProcess(INTERRUPTED);
                }
            }));
            trainer.resume();
            trainer.train();
        }
    }

    private static void append(Path file, String event, String values) {
        try {
            Files.writeString(file, event + "=" + values + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println(event);
    }

    private static void hold() {
        System.out.println(HOLDING);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Is nearly always inside a native product. */
    private static void multiplyForever() {
        System.out.println(HOLDING);
        Tensor matrix = torch.ones(1500, 1500);
        while (matrix.numel() > 0) {
            try (TensorScope scope = new TensorScope()) {
                matrix.mm(matrix);
            }
        }
    }
}
