package io.transformer4j.cli;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.profiling.Device;
import io.transformer4j.profiling.KnownModel;
import io.transformer4j.profiling.MachinePeak;
import io.transformer4j.profiling.ProfileReport;
import io.transformer4j.profiling.ProfileText;
import io.transformer4j.profiling.Profiler;
import io.transformer4j.profiling.StepProfile;
import io.transformer4j.profiling.TransformerShape;
import io.transformer4j.profiling.WhatIf;
import io.transformer4j.profiling.WhatIfText;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.tracking.MemoryProbe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j profile}: where the time of a training step goes, measured or on paper. */
@Command(
        name = "profile",
        description = {
            "Measure a model's training step: time, operations and bytes of each operator, forward and backward, against what this machine"
                    + " can do; on random weights and tokens.",
            "With --what-if, the bounds of a model on a device, on paper."
        },
        footer = {
            "%nExamples:",
            "  t4j profile my-gpt2 --batch 4 --length 256 --out report",
            "  t4j profile my-bert --batch 2 --length 64,128,256,512",
            "  t4j profile gpt3-175b --what-if --device h100 --devices 64 --batch 32 --length 2048"
        })
final class ProfileCommand implements Callable<Integer> {
    private static final String HERE = "here";
    private static final long SEED = 42;

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            paramLabel = "MODEL",
            description =
                    "A config.json, or a model: folder, built-in name or id of the hub (org/name); with --what-if also"
                            + " a published model's name.")
    private String model = "";

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "2",
            description = "Sequences of a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--length",
            split = ",",
            arity = "1..*",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens of a sequence; several are profiled one after the other (default: ${DEFAULT-VALUE}).")
    private List<Integer> lengths = new ArrayList<>();

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "5",
            description = "Steps to observe, and as many to compare with (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Workers that share a batch, the first of which is observed; 0 is one per processor (default:"
                    + " ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "Where to write profile.html, roofline.png, shares.png and trace.json.")
    private @Nullable Path out;

    @Option(names = "--what-if", description = "Compute bounds on paper instead of measuring.")
    private boolean whatIf;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "h100",
            description = "With --what-if: a device's name, or 'here' for this machine (default: ${DEFAULT-VALUE}).")
    private String device = "h100";

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --what-if: how many (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--achieved",
            paramLabel = "RATE",
            description = "With --what-if: tokens per second that were measured, to see their MFU and MBU.")
    private @Nullable Double achieved;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        if (batch < 1 || steps < 1 || threads < 0 || lengths.stream().anyMatch(length -> length < 1)) {
            throw usage("--batch, --length and --steps must be at least 1, --threads 0 or more");
        }
        if (whatIf) {
            printer.print(onPaper());
        } else {
            measure(printer);
        }
        printer.flush();
        return T4j.OK;
    }

    private ParameterException usage(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }

    private String onPaper() {
        Device chosen;
        TransformerShape shape;
        String name;
        try {
            Path folder = Path.of(model);
            boolean local = Files.exists(folder.resolve(Models.CONFIG_NAME));
            KnownModel known = local ? null : KnownModel.of(model);
            shape = known == null
                    ? TransformerShape.of(Models.config(folder.resolve(Models.CONFIG_NAME)))
                    : known.shape();
            name = known == null ? model : known.id() + " (" + known.source() + ")";
            chosen = device.equals(HERE) ? here() : Device.of(device);
            return WhatIfText.text(name, new WhatIf(shape, chosen, devices), batch, lengths.get(0), achieved);
        } catch (CheckpointException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private static Device here() {
        try (ComputePool pool = new ComputePool(0)) {
            double memory = MemoryProbe.physicalMemoryBytes().orElse(Long.MAX_VALUE);
            return Device.measured(MachinePeak.measure(pool), pool.workers(), memory);
        }
    }

    private void measure(PrintWriter printer) throws IOException {
        List<StepProfile> profiles = new ArrayList<>();
        TransformerShape shape;
        double formula;
        try (ComputePool pool = new ComputePool(threads);
                TrainableModel built = build()) {
            shape = TransformerShape.of(built.config());
            formula = Profiler.formulaFlops(built, batch, lengths.get(0));
            built.initializeWeights(SEED, Devices.parse("cpu"));
            MachinePeak peak = MachinePeak.measure(pool);
            for (int length : lengths) {
                profiles.add(Profiler.profile(built, batch, length, steps, pool, peak));
            }
        }
        StepProfile first = profiles.get(0);
        printer.println(ProfileText.summary(first, formula));
        printer.println(ProfileText.components(first).text());
        printer.println(ProfileText.layers(first).text());
        printer.println(ProfileText.operators(first).text());
        printer.println(ProfileText.memory(first).text());
        printer.print(ProfileText.crossover(shape, profiles).text());
        if (out != null) {
            ProfileReport.write(out, shape, profiles, formula);
            printer.println("The report is in " + out.resolve("profile.html"));
        }
    }

    private TrainableModel build() {
        Path file = Path.of(model);
        if (!Files.isRegularFile(file)) {
            file = ModelNames.resolve(model, FileSelection.CONFIG).resolve(Models.CONFIG_NAME);
        }
        Map<String, Object> tree = ConfigJson.readTree(file);
        if (!(tree.get("architectures") instanceof List<?> names) || names.isEmpty()) {
            throw new CheckpointException(file, "has no \"architectures\" that says which model it is");
        }
        PretrainedModel built = Models.build(tree, names.get(0).toString(), file);
        if (built instanceof TrainableModel trainable) {
            return trainable;
        }
        built.close();
        throw new CheckpointException(
                file, "describes a " + names.get(0) + ", which has no training objective: profile a model with a head");
    }
}
