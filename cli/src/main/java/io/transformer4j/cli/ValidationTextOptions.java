package io.transformer4j.cli;

import io.transformer4j.data.ParallelText;
import io.transformer4j.evaluation.Bleu;
import io.transformer4j.evaluation.ChrF;
import io.transformer4j.evaluation.Metric;
import io.transformer4j.evaluation.Rouge;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.seq2seq.GenerationEvaluator;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.training.Evaluator;
import io.transformer4j.training.TrainingArguments;
import io.transformer4j.training.TrainingArgumentsBuilder;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that trains an encoder–decoder: how good the texts are that it writes for the validation sources. */
public final class ValidationTextOptions {
    /** What decides which evaluation is the best. */
    private enum Decider {
        LOSS,
        BLEU,
        CHRF,
        ROUGEL;

        Metric metric(boolean lowercase) {
            return switch (this) {
                case LOSS -> throw new IllegalStateException("the loss isn't a measure of texts");
                case BLEU -> new Bleu(Bleu.DEFAULT.tokenizer(), lowercase);
                case CHRF ->
                    new ChrF(ChrF.DEFAULT.characterOrder(), ChrF.DEFAULT.wordOrder(), ChrF.DEFAULT.beta(), lowercase);
                case ROUGEL -> new Rouge(Rouge.Type.ROUGE_L, false);
            };
        }
    }

    @Option(
            names = "--best-metric",
            paramLabel = "NAME",
            defaultValue = "loss",
            description =
                    "What makes an evaluation the best, and a run stop early: loss; or bleu, chrf or rougel of the texts"
                            + " that the model writes for the validation sources (default: ${DEFAULT-VALUE}).")
    private Decider decider = Decider.LOSS;

    @Option(
            names = "--eval-beams",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Hypotheses of the beam search with which these texts are written (default: ${DEFAULT-VALUE}).")
    private int evalBeams;

    /** Sets what decides. */
    TrainingArgumentsBuilder decide(TrainingArgumentsBuilder arguments) {
        return decider == Decider.LOSS
                ? arguments
                : arguments
                        .metricForBestModel(decider.metric(false).name().toLowerCase(Locale.ROOT))
                        .greaterIsBetter(true);
    }

    /**
     * Writes and measures texts, if that is what decides.
     *
     * @param lowercase whether case doesn't matter
     * @throws IllegalArgumentException if there are no validation pairs
     */
    Optional<Evaluator> evaluator(
            EncoderDecoderModel<?> model,
            Seq2SeqTokenizers tokenizers,
            Optional<ParallelText> validation,
            boolean lowercase,
            TrainingArguments arguments,
            ComputePool pool) {
        if (decider == Decider.LOSS) {
            return Optional.empty();
        }
        ParallelText held = validation.orElseThrow(() -> new IllegalArgumentException("--best-metric "
                + decider.name().toLowerCase(Locale.ROOT) + " needs validation pairs: give --valid-source and"
                + " --valid-target, or --valid-pairs"));
        return Optional.of(new GenerationEvaluator(
                model, tokenizers, held, decider.metric(lowercase), evalBeams, pool, arguments.precision()));
    }
}
