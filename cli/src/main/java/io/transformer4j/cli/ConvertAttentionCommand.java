package io.transformer4j.cli;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.AttentionConversion;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j convert-attention}: a model for long documents from one for short texts. */
@Command(
        name = "convert-attention",
        description = {
            "Give a trained model another attention kernel and more positions.",
            "",
            "New positions are copies of the learned ones, as in Longformer. The result goes on from there: pretrain"
                    + " --model or fine-tuning. With sliding_window, inputs of up to half the window give what they gave"
                    + " before."
        },
        footer = {
            "%nExamples:",
            "  t4j convert-attention --to sliding_window --max-length 4096 my-bert --out my-long-bert",
            "  t4j convert-attention --to big_bird --block-size 32 --max-length 4096 my-bert --out my-bird"
        })
final class ConvertAttentionCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private @Nullable String model;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "KERNEL",
            description = "full, flash, sliding_window, big_bird, linformer or performer.")
    private @Nullable AttentionType to;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Longest input in tokens (default: as long as it was).")
    private @Nullable Integer maxLength;

    @Mixin
    final KernelOptions kernel = new KernelOptions();

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the new model goes.")
    private @Nullable Path out;

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Path source = ModelNames.resolve(Objects.requireNonNull(model));
        Path target = Objects.requireNonNull(out);
        if (target.toAbsolutePath().normalize().equals(source.toAbsolutePath().normalize())) {
            throw new IllegalArgumentException("--out must be another folder than the model's, " + source);
        }
        try (PretrainedModel original = Models.load(source, compute.device());
                PretrainedModel converted = AttentionConversion.convert(
                        original,
                        Objects.requireNonNull(to),
                        kernel.tree(),
                        maxLength == null ? original.config().maxInputLength() : maxLength,
                        compute.seed())) {
            Models.save(converted, target);
            if (Files.exists(source.resolve("tokenizer.json")) || Files.exists(source.resolve("vocab.txt"))) {
                Tokenizer.load(source).save(target);
            }
            printer.printf(
                    Locale.ROOT,
                    "%s with %s attention for %,d tokens (before: %,d), %,d parameters, is in %s%n",
                    converted.architecture(),
                    to.configName(),
                    converted.config().maxInputLength(),
                    original.config().maxInputLength(),
                    converted.numParameters(),
                    target);
            printer.flush();
        }
        return T4j.OK;
    }
}
