package io.transformer4j.cli;

import io.transformer4j.data.labelled.LabelledFile;
import io.transformer4j.finetuning.QuestionAnsweringTask;
import io.transformer4j.finetuning.Task;
import io.transformer4j.finetuning.TextClassificationTask;
import io.transformer4j.finetuning.TokenClassificationTask;
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
        QUESTION_ANSWERING
    }

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
                    + " token-classification or question-answering, not '" + value + "'");
        }
    }

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            converter = KindConverter.class,
            description = "text-classification, multi-label and regression (.tsv, .csv, .jsonl), token-classification"
                    + " (CoNLL: a word and its tag a line), or question-answering (SQuAD's JSON).")
    private @Nullable Kind kind;

    @Option(
            names = "--text-column",
            paramLabel = "COLUMN",
            defaultValue = "text",
            description = "Name or number (from 1) of the text's column; the first if there is no header"
                    + " (default: ${DEFAULT-VALUE}).")
    private String text = "text";

    @Option(names = "--pair-column", paramLabel = "COLUMN", description = "Name or number of a second text's column.")
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

    /** The task. */
    Task<?> task() {
        LabelledFile.Columns columns = new LabelledFile.Columns(text, pair, label);
        return switch (Objects.requireNonNull(kind)) {
            case TEXT_CLASSIFICATION -> TextClassificationTask.singleLabel(columns);
            case MULTI_LABEL -> TextClassificationTask.multiLabel(columns, separator);
            case REGRESSION -> TextClassificationTask.regression(columns);
            case TOKEN_CLASSIFICATION -> new TokenClassificationTask();
            case QUESTION_ANSWERING -> new QuestionAnsweringTask();
        };
    }
}
