package io.transformer4j.finetuning;

import io.transformer4j.models.Labels;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.TrainableModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.training.Trainer;
import io.transformer4j.training.TrainerCallback;
import io.transformer4j.training.TrainerState;
import io.transformer4j.training.TrainingArguments;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Device;

/**
 * Trains a pre-trained encoder with a new head on a task, all of it or its upper layers.
 *
 * @param <R> a row of the task's data
 */
public final class FineTuner<R> {
    private final Task<R> task;
    private final Path encoder;
    private final FineTuneSettings settings;
    private final ComputePool pool;
    private final Device device;

    /**
     * A tuner on the CPU.
     *
     * @param encoder checkpoint folder with a tokenizer
     * @param pool the caller closes it
     */
    public FineTuner(Task<R> task, Path encoder, FineTuneSettings settings, ComputePool pool) {
        this(task, encoder, settings, pool, Devices.cpu());
    }

    /** A tuner; see {@link #FineTuner(Task, Path, FineTuneSettings, ComputePool)}. */
    public FineTuner(Task<R> task, Path encoder, FineTuneSettings settings, ComputePool pool, Device device) {
        this.task = task;
        this.encoder = encoder;
        this.settings = settings;
        this.pool = pool;
        this.device = device;
    }

    /**
     * Trains and writes model and tokenizer.
     *
     * @param validation for the loss on the way, and for stopping early; may be empty
     * @param out new folder, or one without checkpoints of another run
     */
    public TrainedModel train(List<R> training, List<R> validation, Path out, List<TrainerCallback> callbacks) {
        return train(training, validation, out, callbacks, Trainer::train);
    }

    /**
     * As {@link #train(List, List, Path, List)}, where the caller may do something before the training begins, such as resume it.
     *
     * @param run calls {@link Trainer#train}
     */
    public TrainedModel train(
            List<R> training,
            List<R> validation,
            Path out,
            List<TrainerCallback> callbacks,
            Function<Trainer, TrainerState> run) {
        Tokenizer tokenizer = Tokenizer.load(encoder).withOptions(EncodeOptions.defaults());
        Labels labels = task.labels(training);
        try (TrainableModel model = task.open(encoder, labels, settings, device)) {
            int maxLength = maxLength(model.config(), settings);
            ExampleDataset examples = task.examples(training, labels, tokenizer, maxLength);
            EncoderLayers layers = new EncoderLayers(model);
            if (settings.lora() == null) {
                layers.freezeBelow(model, settings.trainableLayers());
            } else {
                LoraAdapter.attach(
                        model,
                        settings.lora(),
                        base(encoder),
                        true,
                        settings.training().seed());
            }
            if (settings.balancedClasses()) {
                model.setClassWeights(ClassWeights.balanced(examples.examples(), labels));
            }
            TrainingArguments arguments = settings.arguments(examples.size());
            Trainer.Builder builder = Trainer.builder(model, arguments)
                    .pool(pool)
                    .trainData(examples, examples.collator())
                    .learningRateScale(name -> layers.scale(name, settings.layerDecay()))
                    .outputFolder(out)
                    .companions(folder -> {
                        tokenizer.save(folder);
                        task.complete(model, folder);
                    });
            if (!validation.isEmpty()) {
                ExampleDataset held = task.examples(validation, labels, tokenizer, maxLength);
                builder.evalData(held, held.collator());
            }
            callbacks.forEach(builder::callback);
            try (Trainer trainer = builder.build()) {
                TrainerState state = run.apply(trainer);
                if (settings.mergeAdapter()) {
                    Models.saveMerged(model, out);
                }
                return new TrainedModel(out, state, perEpoch(state, settings, arguments), 0, examples.truncated());
            }
        }
    }

    /** What an adapter's file calls the model it is for. */
    static String base(Path encoder) {
        return encoder.toAbsolutePath().normalize().toString();
    }

    static double perEpoch(TrainerState state, FineTuneSettings settings, TrainingArguments arguments) {
        return state.trainSeconds() / state.globalStep() * arguments.maxSteps() / settings.epochs();
    }

    /**
     * Most tokens of an example.
     *
     * @throws IllegalArgumentException if more are asked for than the model reads
     */
    static int maxLength(PretrainedConfig config, FineTuneSettings settings) {
        PretrainedConfig.check(
                settings.maxLength() <= config.maxInputLength(),
                "maxLength is %d, but the model reads at most %d tokens",
                settings.maxLength(),
                config.maxInputLength());
        return settings.maxLength() == 0 ? config.maxInputLength() : settings.maxLength();
    }
}
