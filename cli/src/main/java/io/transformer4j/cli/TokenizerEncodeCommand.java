package io.transformer4j.cli;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j tokenizer encode}: text to token ids, a line for each text. */
@Command(
        name = "encode",
        description = "Turn texts into token ids, a line for each.",
        footer = {
            "%nExamples:",
            "  t4j tokenizer encode my-tokenizer 'Hello, world!'",
            "  t4j tokenizer encode my-tokenizer --tokens - < sentences.txt"
        })
final class TokenizerEncodeCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            index = "0",
            paramLabel = "TOKENIZER",
            description = "tokenizer.json, or a model: folder, built-in name or id of the hub (org/name).")
    private String tokenizer = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "TEXT",
            description = "Texts; - for the lines of standard input.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--file", paramLabel = "FILE", description = "Take the lines of a file as texts too.")
    private @Nullable Path file;

    @Option(names = "--tokens", description = "Print the tokens instead of their ids.")
    private boolean tokens;

    @Option(
            names = "--special-tokens",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Add the tokens that models expect around a text (default: ${DEFAULT-VALUE}).")
    private boolean specialTokens;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Tokenizer loaded = Tokenizer.load(ModelNames.resolve(tokenizer, FileSelection.TOKENIZER));
        EncodeOptions options = EncodeOptions.defaults().withSpecialTokens(specialTokens);
        Texts.forEachChunk(texts, file, chunk -> {
            loaded.encodeBatch(chunk, options).forEach(encoding -> printer.println(line(encoding)));
            printer.flush();
        });
        return T4j.OK;
    }

    private String line(Encoding encoding) {
        return tokens
                ? String.join(" ", encoding.tokens())
                : Arrays.stream(encoding.ids()).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }
}
