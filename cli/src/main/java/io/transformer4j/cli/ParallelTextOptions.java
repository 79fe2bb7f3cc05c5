package io.transformer4j.cli;

import io.transformer4j.data.ParallelText;
import io.transformer4j.data.TextFormat;
import io.transformer4j.data.TextLines;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Mixin of a subcommand that learns from pairs of texts. */
public final class ParallelTextOptions {
    /** What the options of one part of the data name; the prefix is that of the options. */
    private record Files(
            String prefix,
            @Nullable Path source,
            @Nullable Path target,
            @Nullable Path pairs) {}

    @Option(names = "--source", paramLabel = "FILE", description = "Texts to read, one a line; plain or .gz.")
    private @Nullable Path source;

    @Option(names = "--target", paramLabel = "FILE", description = "What they should become, line by line.")
    private @Nullable Path target;

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "Both in one file instead: .tsv with source TAB target, or .jsonl; plain or .gz.")
    private @Nullable Path pairs;

    @Option(names = "--valid-source", paramLabel = "FILE", description = "Texts to validate with.")
    private @Nullable Path validSource;

    @Option(names = "--valid-target", paramLabel = "FILE", description = "What they should become.")
    private @Nullable Path validTarget;

    @Option(names = "--valid-pairs", paramLabel = "FILE", description = "Both in one file instead.")
    private @Nullable Path validPairs;

    @Option(
            names = "--source-field",
            paramLabel = "NAME",
            defaultValue = "source",
            description = "Field of .jsonl records with the text to read (default: ${DEFAULT-VALUE}).")
    private String sourceField = "source";

    @Option(
            names = "--target-field",
            paramLabel = "NAME",
            defaultValue = "target",
            description = "Field of .jsonl records with what it should become (default: ${DEFAULT-VALUE}).")
    private String targetField = "target";

    /** The training pairs. */
    ParallelText training(CommandSpec command) {
        return pairsOf(trainingFiles(), command)
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(), "training pairs are needed: give --source and --target, or --pairs"));
    }

    /** The validation pairs, if there are any. */
    Optional<ParallelText> validation(CommandSpec command) {
        return pairsOf(validationFiles(), command);
    }

    /** What denoising restores, each text as its own target: those of {@code --source} alone, or of both sides of pairs. */
    ParallelText trainingTexts(CommandSpec command) {
        return textsOf(trainingFiles(), command)
                .orElseThrow(() -> new ParameterException(
                        command.commandLine(), "training texts are needed: give --source, or --pairs for both sides"));
    }

    /** As {@link #trainingTexts}, to validate with, if there are any. */
    Optional<ParallelText> validationTexts(CommandSpec command) {
        return textsOf(validationFiles(), command);
    }

    private Files trainingFiles() {
        return new Files("", source, target, pairs);
    }

    private Files validationFiles() {
        return new Files("valid-", validSource, validTarget, validPairs);
    }

    private Optional<ParallelText> textsOf(Files files, CommandSpec command) {
        if (files.source != null && files.target == null && files.pairs == null) {
            List<String> lines = TextLines.all(files.source);
            return Optional.of(ParallelText.ofTexts(
                    lines.stream().filter(line -> !line.isBlank()).toList()));
        }
        return pairsOf(files, command).map(ParallelText::bothSides);
    }

    private Optional<ParallelText> pairsOf(Files files, CommandSpec command) {
        if ((files.source == null) != (files.target == null)) {
            throw new ParameterException(
                    command.commandLine(),
                    "--%ssource and --%starget belong together: give both".formatted(files.prefix, files.prefix));
        }
        if (files.source != null && files.pairs != null) {
            throw new ParameterException(
                    command.commandLine(), "--%ssource contradicts --%spairs".formatted(files.prefix, files.prefix));
        }
        ParallelText text;
        if (files.source != null && files.target != null) {
            text = ParallelText.ofFiles(files.source, files.target);
        } else if (files.pairs != null) {
            text = TextFormat.isNamedJsonLines(files.pairs)
                    ? ParallelText.ofJsonLines(files.pairs, sourceField, targetField)
                    : ParallelText.ofTsv(files.pairs);
        } else {
            return Optional.empty();
        }
        warnOfEmpty(
                text,
                files.source == null ? files.pairs : files.source,
                command.commandLine().getErr());
        return Optional.of(text);
    }

    private static void warnOfEmpty(ParallelText text, @Nullable Path file, PrintWriter notes) {
        if (text.emptyPairs() > 0) {
            notes.printf(Locale.ROOT, "%s: pairs with an empty side left out: %,d%n", file, text.emptyPairs());
            notes.flush();
        }
    }
}
