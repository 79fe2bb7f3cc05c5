package io.transformer4j.cli;

import io.transformer4j.data.Corpus;
import io.transformer4j.data.CorpusOptions;
import io.transformer4j.data.CorpusReader;
import io.transformer4j.data.DocumentBoundary;
import io.transformer4j.data.Segmentation;
import io.transformer4j.data.TextBlock;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.ProgressListener;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code t4j tokenizer train}: learns a vocabulary from text and writes a tokenizer folder. */
@Command(
        name = "train",
        description = "Learn a vocabulary from text.",
        footer = {
            "%nExamples:",
            "  t4j tokenizer train --vocab-size 8000 --out my-tokenizer books/",
            "  t4j tokenizer train --type bpe --vocab-size 16000 --out my-tokenizer 'corpus/*.jsonl.gz' --json-field body",
            "  t4j tokenizer train --type char --out letters tinyshakespeare.txt"
        })
final class TokenizerTrainCommand implements Callable<Integer> {
    private enum Type {
        WORDPIECE,
        BPE,
        CHAR
    }

    @Mixin
    final ConfigOptions config = new ConfigOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILES",
            description = "Text: files, folders, globs, or - for standard input; plain, .gz, or .jsonl.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "wordpiece",
            description = "wordpiece (BERT), bpe (GPT-2's, on bytes) or char (each character of the text is a token)"
                    + " (default: ${DEFAULT-VALUE}).")
    private Type type = Type.WORDPIECE;

    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            defaultValue = "8000",
            description = "wordpiece, bpe: most tokens, special ones included (default: ${DEFAULT-VALUE}).")
    private int vocabSize;

    @Option(
            names = "--min-frequency",
            paramLabel = "N",
            defaultValue = "2",
            description = "wordpiece, bpe: don't make tokens of what occurs less often (default: ${DEFAULT-VALUE}).")
    private long minFrequency;

    @Option(
            names = "--lowercase",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "wordpiece: write all in lower case and drop accents (default: ${DEFAULT-VALUE}).")
    private boolean lowercase;

    @Option(
            names = "--json-field",
            paramLabel = "NAME",
            defaultValue = "text",
            description = "Field of .jsonl records that holds the text (default: ${DEFAULT-VALUE}).")
    private String jsonField = "text";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "wordpiece, bpe: threads that count words; 0 is one per processor (default).")
    private int threads;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where tokenizer.json goes.")
    private @Nullable Path out;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CorpusOptions options = CorpusOptions.builder()
                .jsonField(jsonField)
                .segmentation(Segmentation.NONE)
                .documentBoundary(DocumentBoundary.FILE)
                .build();
        Path folder = OutputFolder.check(Objects.requireNonNull(out));
        Corpus corpus = Corpus.of(files, options);
        Tokenizer tokenizer;
        try (CorpusReader reader = corpus.open();
                StageDisplay progress = new StageDisplay(corpus, reader)) {
            tokenizer = train(texts(reader), progress);
        }
        tokenizer.save(folder);
        PrintWriter printer = Objects.requireNonNull(spec).commandLine().getOut();
        printer.printf(Locale.ROOT, "%,d tokens; the tokenizer is in %s%n", tokenizer.vocabSize(), folder);
        printer.flush();
        return T4j.OK;
    }

    private Tokenizer train(Stream<String> texts, ProgressListener progress) {
        int count = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        return switch (type) {
            case WORDPIECE ->
                WordPieceTrainer.builder()
                        .vocabSize(vocabSize)
                        .minFrequency(minFrequency)
                        .lowercase(lowercase)
                        .threads(count)
                        .build()
                        .train(texts, progress);
            case BPE ->
                BpeTrainer.builder()
                        .vocabSize(vocabSize)
                        .minFrequency(minFrequency)
                        .threads(count)
                        .build()
                        .train(texts, progress);
            case CHAR -> Tokenizers.characters(texts);
        };
    }

    private static Stream<String> texts(CorpusReader reader) {
        return Stream.iterate(reader.next(), Objects::nonNull, block -> reader.next())
                .map(TextBlock::text);
    }

    /** One progress display after the other, as the training goes through its stages. */
    private static final class StageDisplay implements ProgressListener, AutoCloseable {
        private final Corpus corpus;
        private final CorpusReader reader;
        private @Nullable Stage stage;
        private @Nullable ProgressDisplay display;

        StageDisplay(Corpus corpus, CorpusReader reader) {
            this.corpus = corpus;
            this.reader = reader;
        }

        @Override
        public void progress(Stage now, long done, long total) {
            switch (now) {
                // the trainer can't know how much text there is
                case COUNT_WORDS ->
                    display(now).update(reader.bytesRead(), corpus.sizeBytes().orElse(-1), "");
                case COUNT_PAIRS -> {} // takes but a moment
                case MERGE -> display(now).update(done, total, "");
            }
        }

        private ProgressDisplay display(Stage now) {
            if (display == null || stage != now) {
                close();
                stage = now;
                display = ProgressDisplay.start(
                        now.name().toLowerCase(Locale.ROOT).replace('_', ' '), -1);
            }
            return display;
        }

        @Override
        public void close() {
            if (display != null) {
                display.close();
                display = null;
            }
        }
    }
}
