package io.transformer4j.cli;

import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.finetuning.QuestionAnsweringTask;
import io.transformer4j.finetuning.SentenceEmbeddingTask;
import io.transformer4j.finetuning.Task;
import io.transformer4j.finetuning.TextClassificationTask;
import io.transformer4j.finetuning.TokenClassificationTask;
import io.transformer4j.models.SentenceEmbeddingModel;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Mixin of commands that read labelled data: which task, and where things stand in its files. */
final class TaskOptions {
    private enum Kind {
        TEXT_CLASSIFICATION,
        MULTI_LABEL,
        REGRESSION,
        TOKEN_CLASSIFICATION,
        QUESTION_ANSWERING,
        SIMILARITY
    }

    private static final String SECOND = "2";

    private static final class KindConverter implements ITypeConverter<Kind> {
        @Override
        public Kind convert(String value) {
            for (Kind kind : Kind.values()) {
                if (kind.name().replace('_', '-').equalsIgnoreCase(value)
                        || kind.name().equals(value)) {
                    return kind;
                }
            }
            throw new TypeConversionException("must be text-classification, multi-label, regression,"
                    + " token-classification, question-answering or similarity, not '" + value + "'");
        }
    }

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            converter = KindConverter.class,
            description = "text-classification, multi-label and regression (.tsv, .csv, .jsonl), token-classification"
                    + " (CoNLL: a word and its tag a line), question-answering (SQuAD's JSON), or similarity (vectors of"
                    + " sentences from pairs of one meaning, in two columns; in test data with a score as label).")
    private @Nullable Kind kind;

    @Option(
            names = "--text-column",
            paramLabel = "COLUMN",
            defaultValue = "text",
            description = "Name or number (from 1) of the text's column; the first if there is no header"
                    + " (default: ${DEFAULT-VALUE}).")
    private String text = "text";

    @Option(
            names = "--pair-column",
            paramLabel = "COLUMN",
            description = "Name or number of a second text's column (default: none; similarity: 2).")
    private @Nullable String pair;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            defaultValue = "label",
            description =
                    "Name or number of the label's column; the last if there is no header (default: ${DEFAULT-VALUE}).")
    private String label = "label";

    @Option(
            names = "--label-separator",
            paramLabel = "TEXT",
            defaultValue = ",",
            description = "multi-label: what stands between labels in a column (default: ${DEFAULT-VALUE}).")
    private String separator = ",";

    @Option(
            names = "--negative-column",
            paramLabel = "COLUMN",
            description = "similarity: name or number of the column of texts that have another meaning (triplets).")
    private @Nullable String negative;

    @Option(
            names = "--similarity-scale",
            paramLabel = "R",
            defaultValue = "20",
            description = "similarity: factor of cosines in the loss, the inverse of a temperature (default:"
                    + " ${DEFAULT-VALUE}).")
    private double scale = SentenceEmbeddingModel.DEFAULT_SCALE;

    @Option(
            names = "--pooling",
            paramLabel = "NAME",
            converter = EmbedCommand.PoolingConverter.class,
            description =
                    "similarity: mean over the tokens or cls (first token) (default: what the encoder's modules.json"
                            + " says, else mean).")
    private @Nullable Pooling pooling;

    /**
     * The task.
     *
     * @param encoder folder of the model that will be trained
     */
    Task<?> task(Path encoder) {
        LabelledFile.Columns columns = new LabelledFile.Columns(text, pair, label);
        return switch (Objects.requireNonNull(kind)) {
            case TEXT_CLASSIFICATION -> TextClassificationTask.singleLabel(columns);
            case MULTI_LABEL -> TextClassificationTask.multiLabel(columns, separator);
            case REGRESSION -> TextClassificationTask.regression(columns);
            case TOKEN_CLASSIFICATION -> new TokenClassificationTask();
            case QUESTION_ANSWERING -> new QuestionAnsweringTask();
            case SIMILARITY ->
                new SentenceEmbeddingTask(
                        new LabelledFile.Columns(text, pair == null ? SECOND : pair, label),
                        negative,
                        pooling == null
                                ? SentencePooling.read(encoder)
                                : new SentencePooling(pooling, true, SentencePooling.UNLIMITED),
                        scale);
        };
    }
}
