package io.transformer4j.cli;

import io.transformer4j.attention.AttentionType;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.AttentionConversion;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pipelines.AttentionMaps;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code t4j show-attention}: what each head looks at. */
@Command(
        name = "show-attention",
        description = {
            "Draw what each head of each layer looks at in a text.",
            "",
            "Writes attention.png, all heads in one picture, and attention.html, where pointing at a cell names the two"
                    + " tokens and the weight. Grey is what a head cannot see."
        },
        footer = {
            "%nExamples:",
            "  t4j show-attention my-bert 'The method returns a list.' --out maps",
            "  t4j show-attention my-bert - --as big_bird --block-size 16 --out maps < page.txt"
        })
final class ShowAttentionCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(index = "0", paramLabel = "MODEL", description = ModelNames.DESCRIPTION + ".")
    private @Nullable String model;

    @Parameters(index = "1", paramLabel = "TEXT", description = "The text; - for standard input.")
    private @Nullable String text;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the pictures go.")
    private @Nullable Path out;

    @Option(
            names = "--as",
            paramLabel = "KERNEL",
            description = "Show the model with another kernel, set by the options below.")
    private @Nullable AttentionType as;

    @Mixin
    final KernelOptions kernel = new KernelOptions();

    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Path source = ModelNames.resolve(Objects.requireNonNull(model));
        Path folder = Objects.requireNonNull(out);
        try (ComputePool pool = compute.pool();
                PretrainedModel loaded = Models.loadBare(source, compute.device());
                PretrainedModel shown = as == null ? loaded : with(loaded, as)) {
            AttentionMaps maps =
                    AttentionMaps.of(shown, Tokenizer.load(source), Texts.whole(Objects.requireNonNull(text)), pool);
            maps.write(folder);
            printer.printf(
                    Locale.ROOT,
                    "%d layers with %d heads on %d tokens: %s and %s%n",
                    maps.layers().size(),
                    maps.layers().get(0).size(),
                    maps.tokens().size(),
                    folder.resolve(AttentionMaps.PICTURE),
                    folder.resolve(AttentionMaps.PAGE));
            printer.flush();
        }
        return T4j.OK;
    }

    private PretrainedModel with(PretrainedModel loaded, AttentionType type) {
        return AttentionConversion.convert(
                loaded, type, kernel.tree(), loaded.config().maxInputLength(), compute.seed());
    }
}
