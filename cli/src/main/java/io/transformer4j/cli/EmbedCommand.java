package io.transformer4j.cli;

import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.pipelines.TokenVector;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.json.JsonMapper;

/** {@code t4j embed}: vectors of texts or of their tokens, as JSON lines or tab-separated values. */
@Command(
        name = "embed",
        description = "Make vectors of texts or of their tokens.",
        footer = {
            "%nExamples:",
            "  t4j embed --model minilm 'A cat sits.' 'A dog runs.'",
            "  t4j embed my-bert --pooling last-four --file sentences.txt --format tsv > vectors.tsv",
            "  t4j embed my-bert --tokens 'He sat on the bank of the river.'"
        })
final class EmbedCommand implements Callable<Integer> {
    private enum Format {
        JSONL,
        TSV
    }

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Mixin
    final ModelAndManyTexts input = new ModelAndManyTexts();

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            converter = PoolingConverter.class,
            description =
                    "mean over the tokens, cls (first token), or last-four (mean of the sum of the last four layers)"
                            + " (default: what the model's modules.json says, else mean).")
    private @Nullable Pooling pooling;

    @Option(
            names = "--normalize",
            negatable = true,
            description = "Scale vectors of texts to length 1, or don't (--no-normalize) (default: what the model's"
                    + " modules.json says; yes if it doesn't say, or with --pooling).")
    private @Nullable Boolean normalize;

    @Option(names = "--tokens", description = "Give the vector of each token instead of one for the text.")
    private boolean tokens;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            defaultValue = "jsonl",
            description = "jsonl or tsv (default: ${DEFAULT-VALUE}).")
    private Format format = Format.JSONL;

    @Option(names = "--truncation", description = "Cut texts that are longer than the model takes.")
    private boolean truncation;

    @Mixin
    final InferenceOptions inference = new InferenceOptions();

    @Spec
    private @Nullable CommandSpec spec;

    static final class PoolingConverter implements ITypeConverter<Pooling> {
        @Override
        public Pooling convert(String value) {
            return switch (value) {
                case "mean", "MEAN" -> Pooling.MEAN;
                case "cls", "CLS" -> Pooling.CLS;
                case "last-four", "LAST_FOUR_LAYERS" -> Pooling.LAST_FOUR_LAYERS;
                default -> throw new TypeConversionException("must be mean, cls or last-four, not '" + value + "'");
            };
        }
    }

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter printer = command.commandLine().getOut();
        Path folder = input.folder(command);
        try (FeatureExtractionPipeline pipeline = Pipelines.featureExtraction(folder, inference.pipeline(truncation))) {
            // A pooling of the user's own is also the way out if the model's isn't supported.
            SentencePooling wanted = pooling == null && !tokens ? pipeline.pooling() : SentencePooling.DEFAULT;
            Pooling how = pooling == null ? wanted.pooling() : pooling;
            boolean unit = normalize == null ? wanted.normalize() : normalize;
            input.forEachChunk(chunk -> {
                if (tokens) {
                    printTokens(chunk, pipeline.tokenVectors(chunk, how), printer);
                } else {
                    printTexts(chunk, pipeline.embed(chunk, how, unit), printer);
                }
                printer.flush();
            });
        }
        return T4j.OK;
    }

    private void printTexts(List<String> chunk, List<float[]> vectors, PrintWriter printer) {
        for (int i = 0; i < chunk.size(); i++) {
            if (format == Format.JSONL) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("text", chunk.get(i));
                line.put("embedding", vectors.get(i));
                printer.println(JsonMapper.shared().writeValueAsString(line));
            } else {
                printer.println(cell(chunk.get(i)) + "\t" + cells(vectors.get(i)));
            }
        }
    }

    private void printTokens(List<String> chunk, List<List<TokenVector>> vectors, PrintWriter printer) {
        for (int i = 0; i < chunk.size(); i++) {
            if (format == Format.JSONL) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("text", chunk.get(i));
                line.put("tokens", vectors.get(i));
                printer.println(JsonMapper.shared().writeValueAsString(line));
            } else {
                String text = cell(chunk.get(i));
                vectors.get(i)
                        .forEach(token -> printer.println(String.join(
                                "\t",
                                text,
                                cell(token.text()),
                                Integer.toString(token.start()),
                                Integer.toString(token.end()),
                                cells(token.vector()))));
            }
        }
    }

    /** Tabs and line ends separate cells and lines, so a text can't have any. */
    private static String cell(String text) {
        return text.replaceAll("[\\t\\r\\n]", " ");
    }

    private static String cells(float[] vector) {
        return IntStream.range(0, vector.length)
                .mapToObj(i -> Float.toString(vector[i]))
                .collect(Collectors.joining("\t"));
    }
}
