package io.transformer4j.cli;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.torch.ComputePool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.bytedeco.pytorch.Device;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code t4j demo}: the whole path on real text, without any input. */
@Command(
        name = "demo",
        description = "Pre-train and use a small BERT and a small GPT on the documentation of Java libraries.",
        footer = {"%nExamples:", "  t4j demo", "  t4j demo --out /tmp/demo --bert-steps 1000 --gpt-steps 1000"})
final class DemoCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            defaultValue = "demo",
            description = "Where corpus and models go (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("demo");

    @Option(
            names = "--bert-steps",
            paramLabel = "N",
            defaultValue = "4500",
            description = "Training steps of the BERT (default: ${DEFAULT-VALUE}, about two minutes on two cores).")
    private long bertSteps;

    @Option(
            names = "--gpt-steps",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Training steps of the GPT (default: ${DEFAULT-VALUE}, about two minutes on two cores).")
    private long gptSteps;

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        OutputFolder.check(out);
        DemoCorpus corpus = gather(printer);
        for (String earlier : List.of("bert", "gpt")) {
            if (Files.exists(out.resolve(earlier))) {
                AtomicFiles.deleteFolder(out.resolve(earlier));
            }
        }
        Device device = compute.device();
        try (ComputePool pool = compute.pool()) {
            new BertDemo(new DemoRun(corpus, out.resolve("bert"), pool, printer))
                    .show(bertSteps, compute.seed(), device, compute.pipeline(false));
            new GptDemo(new DemoRun(corpus, out.resolve("gpt"), pool, printer))
                    .show(gptSteps, compute.seed(), device, compute.pipeline(false));
        }
        printer.printf("""

                Try next:
                  ./t4j fill-mask %1$s/bert "Returns the [MASK] of elements in this list."
                  ./t4j generate %1$s/gpt "Creates a new" --max-new-tokens 60 --sample --temperature 0.8
                  ./t4j pretrain --objective mlm --model %1$s/bert --tokenizer %1$s/bert --data YOUR_TEXT.txt --out my-bert
                """, out);
        printer.flush();
        return T4j.OK;
    }

    private DemoCorpus gather(PrintWriter printer) throws IOException, InterruptedException {
        printer.println(
                "Gathering English text: the documentation of well-known Java libraries (Maven fetches 48 MB once)");
        printer.flush();
        try (ProgressDisplay progress = ProgressDisplay.start("extracting sentences", -1)) {
            DemoCorpus corpus = DemoCorpus.gather(out.resolve("corpus"), progress);
            printer.printf(
                    Locale.ROOT,
                    "corpus: %.1f MB of sentences to learn from, %.1f MB held out%n",
                    Files.size(corpus.train()) / 1e6,
                    Files.size(corpus.heldOut()) / 1e6);
            printer.flush();
            return corpus;
        }
    }
}
