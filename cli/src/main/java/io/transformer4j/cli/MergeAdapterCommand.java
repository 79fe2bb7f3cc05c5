package io.transformer4j.cli;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j merge-adapter}: an adapter and the model it is for in, a whole model out. */
@Command(
        name = "merge-adapter",
        description = {
            "Add a low-rank adapter (LoRA, in PEFT's layout) to the weights of its model.",
            "The whole model computes the same. The adapter's own config.json says for which task; without one its model's does."
        },
        footer = {"%nExample:", "  t4j merge-adapter run --out whole"})
final class MergeAdapterCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "ADAPTER", description = "Folder with adapter_config.json and adapter_model.safetensors.")
    private @Nullable Path adapter;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the whole model goes.")
    private @Nullable Path out;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Path from = Objects.requireNonNull(adapter);
        Path to = Objects.requireNonNull(out);
        if (!LoraAdapter.isAdapter(from)) {
            throw new IllegalArgumentException(from + " has no adapter: a folder with " + LoraAdapter.CONFIG_NAME
                    + " and " + LoraAdapter.WEIGHTS_NAME + ", and no weights of a whole model, is needed");
        }
        try (PretrainedModel model = Models.load(from, Devices.cpu())) {
            model.adapter().ifPresent(LoraAdapter::merge);
            AtomicFiles.writeFolder(to, folder -> {
                Models.save(model, folder);
                tokenizer(from).ifPresent(tokenizer -> tokenizer.save(folder));
                copyPooling(from, model, folder);
            });
        }
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.println(to);
        printer.flush();
        return T4j.OK;
    }

    /** What PEFT doesn't save beside an adapter is that of the adapted model. */
    private static List<Path> places(Path from) {
        return List.of(from, LoraAdapter.baseFolder(from));
    }

    private static Optional<Tokenizer> tokenizer(Path from) throws IOException {
        for (Path place : places(from)) {
            if (hasTokenizer(place)) {
                return Optional.of(Tokenizer.load(place));
            }
        }
        return Optional.empty();
    }

    private static boolean hasTokenizer(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name ->
                            FileSelection.TOKENIZER.names().matcher(name).matches()
                                    && !name.equals(Models.CONFIG_NAME));
        }
    }

    private static void copyPooling(Path from, PretrainedModel model, Path to) {
        for (Path source : places(from)) {
            if (SentencePooling.isIn(source)) {
                SentencePooling.read(source).write(to, model.config().hiddenSize());
                return;
            }
        }
    }
}
