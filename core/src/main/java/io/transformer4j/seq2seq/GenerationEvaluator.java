package io.transformer4j.seq2seq;

import io.transformer4j.data.ParallelText;
import io.transformer4j.evaluation.Evaluation;
import io.transformer4j.evaluation.Metric;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Precision;
import io.transformer4j.training.Evaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Lets a model in training write what should become of held-out sources, and compares it with the references: what early
 * stopping on validation BLEU needs.
 */
public final class GenerationEvaluator implements Evaluator {
    private static final int CHUNK = 256;

    private final TextGenerator generator;
    private final GenerationConfig config;
    private final Metric metric;
    private final List<int[]> sources;
    private final List<List<String>> references;

    /**
     * An evaluator.
     *
     * @param model in training; it stays the caller's, as the pool does
     * @param held sources and references; of sources that are too long, the end is left out
     * @param numBeams hypotheses of the beam search; 1 for the likeliest token at each place
     */
    public GenerationEvaluator(
            EncoderDecoderModel<?> model,
            Seq2SeqTokenizers tokenizers,
            ParallelText held,
            Metric metric,
            int numBeams,
            ComputePool pool,
            Precision precision) {
        this.generator = new TextGenerator(model, tokenizers.target(), pool, precision);
        this.metric = metric;
        this.sources = held.sources().stream()
                .map(text ->
                        Seq2SeqTokenizers.cut(tokenizers.source().encodeToIds(text, true), model.maxPromptLength()))
                .toList();
        this.references = held.targets().stream().map(List::of).toList();
        int longest = held.targets().stream()
                .mapToInt(text -> tokenizers.target().encodeToIds(text, true).length)
                .max()
                .orElse(1);
        // An untrained model often finds no end: no reference is that long.
        this.config = GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(longest + longest / 2)
                .numBeams(numBeams)
                .eosTokenIds(Set.of(model.config().eosTokenId())));
    }

    @Override
    public Map<String, Double> evaluate(BooleanSupplier wanted) {
        List<String> texts = new ArrayList<>(sources.size());
        for (int start = 0; start < sources.size(); start += CHUNK) {
            if (!wanted.getAsBoolean()) {
                return Map.of();
            }
            generator.generate(sources.subList(start, Math.min(start + CHUNK, sources.size())), config).stream()
                    .map(Generation::text)
                    .map(String::strip)
                    .forEach(texts::add);
        }
        return Map.of(
                metric.name().toLowerCase(Locale.ROOT),
                Evaluation.of(metric, texts, references).score());
    }
}
