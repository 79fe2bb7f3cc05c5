package io.transformer4j.cli;

import io.transformer4j.data.Corpus;
import io.transformer4j.data.CorpusOptions;
import io.transformer4j.data.CorpusReader;
import io.transformer4j.data.DocumentBoundary;
import io.transformer4j.data.Segmentation;
import io.transformer4j.data.TextBlock;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.Trainer;
import io.transformer4j.tokenizers.trainers.UnigramTrainer;
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
            "  t4j tokenizer train --type bpe --vocab-size 16000 --out my-tokenizer 'corpus/*.jsonl.gz' --json-field"
                    + " body",
            "  t4j tokenizer train --type unigram --vocab-size 8000 --limit-alphabet 200 --out pieces books/",
            "  t4j tokenizer train --type char --out letters tinyshakespeare.txt"
        })
final class TokenizerTrainCommand implements Callable<Integer> {
    private enum Type {
        WORDPIECE,
        BPE,
        UNIGRAM,
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
            description =
                    "wordpiece (BERT), bpe (GPT-2's, on bytes), unigram (T5's) or char (each character of the text is"
                            + " a token) (default: ${DEFAULT-VALUE}).")
    private Type type = Type.WORDPIECE;

    @Option(
            names = "--vocab-size",
            paramLabel = "N",
            defaultValue = "8000",
            description = "All but char: most tokens, special ones included (default: ${DEFAULT-VALUE}).")
    private int vocabSize;

    @Option(
            names = "--min-frequency",
            paramLabel = "N",
            defaultValue = "2",
            description = "All but char: don't make tokens of what occurs less often (default: ${DEFAULT-VALUE}).")
    private long minFrequency;

    @Option(
            names = "--lowercase",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "wordpiece: write all in lower case and drop accents (default: ${DEFAULT-VALUE}).")
    private boolean lowercase;

    @Option(
            names = "--limit-alphabet",
            paramLabel = "N",
            defaultValue = "1000",
            description = "wordpiece, unigram: most characters of the alphabet; the rarest beyond become unknown"
                    + " (default: ${DEFAULT-VALUE}).")
    private int limitAlphabet;

    @Option(
            names = "--special-tokens",
            split = ",",
            paramLabel = "TOKEN",
            description =
                    "All but char: tokens with the first ids, in this order, separated by commas (default: those of"
                            + " the model named at --type).")
    private List<String> specialTokens = List.of();

    @Option(
            names = "--continuing-prefix",
            paramLabel = "TEXT",
            defaultValue = WordPiece.DEFAULT_PREFIX,
            description = "wordpiece: what marks pieces that continue a word (default: ${DEFAULT-VALUE}).")
    private String continuingPrefix = WordPiece.DEFAULT_PREFIX;

    @Option(
            names = "--max-input-chars-per-word",
            paramLabel = "N",
            defaultValue = "100",
            description = "wordpiece: longer words are unknown (default: ${DEFAULT-VALUE}).")
    private int maxInputCharsPerWord;

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
            description = "All but char: threads; 0 is one per processor (default).")
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
        return switch (type) {
            case WORDPIECE ->
                common(WordPieceTrainer.builder())
                        .lowercase(lowercase)
                        .limitAlphabet(limitAlphabet)
                        .continuingSubwordPrefix(continuingPrefix)
                        .maxInputCharsPerWord(maxInputCharsPerWord)
                        .build()
                        .train(texts, progress);
            case BPE -> common(BpeTrainer.builder()).build().train(texts, progress);
            case UNIGRAM ->
                common(UnigramTrainer.builder())
                        .limitAlphabet(limitAlphabet)
                        .build()
                        .train(texts, progress);
            case CHAR -> Tokenizers.characters(texts);
        };
    }

    private <B extends Trainer.Builder<B>> B common(B builder) {
        if (!specialTokens.isEmpty()) {
            builder.specialTokens(specialTokens);
        }
        return builder.vocabSize(vocabSize)
                .minFrequency(minFrequency)
                .threads(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }

    private static Stream<String> texts(CorpusReader reader) {
        return Stream.iterate(reader.next(), Objects::nonNull, block -> reader.next())
                .map(TextBlock::text);
    }

    /** One progress display after the other, as the training goes through its stages. */
    private static final class StageDisplay implements ProgressListener, AutoCloseable {
        private final Corpus corpus;
        private final CorpusReader reader;
        private @Nullable ProgressDisplay display;

        StageDisplay(Corpus corpus, CorpusReader reader) {
            this.corpus = corpus;
            this.reader = reader;
        }

        @Override
        public void stage(String name) {
            close();
            display = ProgressDisplay.start(name, UNKNOWN);
        }

        @Override
        public void update(long done, long total, String message) {
            ProgressDisplay current = Objects.requireNonNull(display, "a trainer names its stages");
            if (total == UNKNOWN) { // the trainer can't know how much text there is
                current.update(reader.bytesRead(), corpus.sizeBytes().orElse(UNKNOWN), message);
            } else {
                current.update(done, total, message);
            }
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
