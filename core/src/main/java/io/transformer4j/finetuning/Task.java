package io.transformer4j.finetuning;

import io.transformer4j.data.DataException;
import io.transformer4j.data.labelled.Split;
import io.transformer4j.models.Labels;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.tokenizers.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Device;

/**
 * A kind of problem. Implementations are immutable and thread-safe.
 *
 * @param <R> a row of its data
 */
public interface Task<R> {
    /** How HF's class names of models for it end, such as {@code ForSequenceClassification}. */
    String architecture();

    /**
     * Reads rows with their labels.
     *
     * @throws DataException if a row isn't as it should be; the line is named
     */
    List<R> read(Path file);

    /** The same of rows that a finished model is judged by. */
    default List<R> readForEvaluation(Path file) {
        return read(file);
    }

    /**
     * The labels that rows have.
     *
     * @throws DataException if there is nothing to tell apart
     */
    Labels labels(List<R> training);

    /**
     * Rows as tokens and targets. Nothing is random.
     *
     * @param maxLength most tokens of an example
     * @throws DataException if a row has a label that isn't among {@code labels}; the line is named
     */
    ExampleDataset examples(List<R> rows, Labels labels, Tokenizer tokenizer, int maxLength);

    /**
     * The model that is trained: the encoder's weights below a new head, or random ones if the settings say so.
     *
     * @param encoder checkpoint folder
     */
    default TrainableModel open(Path encoder, Labels labels, FineTuneSettings settings, Device device) {
        return NewHeads.open(encoder, architecture(), labels, settings, device);
    }

    /** Whether the model has a head that isn't the encoder's, which is trained even where the encoder itself isn't. */
    default boolean hasNewHead() {
        return true;
    }

    /** Whether {@link #evaluate} takes rows as {@link #read} gives them. */
    default boolean judgesTrainingRows() {
        return true;
    }

    /** Writes what belongs into a model's folder besides weights and tokenizer. */
    default void complete(PretrainedModel model, Path folder) {}

    /** Holds out a part of the rows, of each class the same share where rows have one class. */
    Split<R> split(List<R> rows, double fraction, long seed);

    /**
     * Checks that a model with these labels can be judged by the rows, which is better known before it is trained.
     *
     * @throws DataException if a row has a label that isn't among them, or none; the line is named
     */
    void checkForEvaluation(List<R> rows, List<String> labels);

    /**
     * Judges a model by its answers on rows that it hasn't seen.
     *
     * @param model checkpoint folder
     * @throws DataException as {@link #checkForEvaluation} with the model's labels
     */
    Scores evaluate(Path model, List<R> rows, PipelineOptions options);
}
