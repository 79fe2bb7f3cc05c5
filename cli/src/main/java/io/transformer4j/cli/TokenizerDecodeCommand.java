package io.transformer4j.cli;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j tokenizer decode}: token ids to text. */
@Command(
        name = "decode",
        description = "Turn token ids into text.",
        footer = {
            "%nExamples:",
            "  t4j tokenizer decode my-tokenizer 101 7592 102",
            "  t4j tokenizer decode my-tokenizer --special-tokens - < ids.txt"
        })
final class TokenizerDecodeCommand implements Callable<Integer> {
    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            index = "0",
            paramLabel = "TOKENIZER",
            description = "tokenizer.json, or a model: folder, built-in name or id of the hub (org/name).")
    private String tokenizer = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "ID",
            description = "Ids of one text; - for a text on each line of standard input.")
    private List<String> ids = new ArrayList<>();

    @Option(names = "--special-tokens", description = "Show special tokens too.")
    private boolean specialTokens;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        Tokenizer loaded = Tokenizer.load(ModelNames.resolve(tokenizer, FileSelection.TOKENIZER));
        Texts.forEachChunk(List.of(String.join(" ", ids)), null, chunk -> {
            chunk.forEach(line -> printer.println(loaded.decode(parse(line), !specialTokens)));
            printer.flush();
        });
        return T4j.OK;
    }

    private static int[] parse(String line) {
        return Arrays.stream(line.strip().split("[\\s,]+"))
                .mapToInt(TokenizerDecodeCommand::parseId)
                .toArray();
    }

    private static int parseId(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + word + "' is not a token id: ids are whole numbers", e);
        }
    }
}
