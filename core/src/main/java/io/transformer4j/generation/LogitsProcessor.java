package io.transformer4j.generation;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Changes the scores of the next token before one is chosen. Implementations are immutable and thread-safe. */
@FunctionalInterface
public interface LogitsProcessor {
    /**
     * Maps scores to scores; {@code -∞} forbids a token.
     *
     * @param logits {@code [batch, vocabSize]} float32, not to be changed
     * @param sequences the tokens so far, one sequence for each row
     * @return the same shape, owned by the calling scope
     */
    Tensor process(Tensor logits, List<TokenSequence> sequences);

    /** What {@code config} asks for, in Hugging Face's order; those that would change nothing are left out. */
    static List<LogitsProcessor> of(GenerationConfig config) {
        List<LogitsProcessor> processors = new ArrayList<>();
        if (config.encoderRepetitionPenalty() != 1) {
            processors.add(new EncoderRepetitionPenalty(config.encoderRepetitionPenalty()));
        }
        if (config.repetitionPenalty() != 1) {
            processors.add(new RepetitionPenalty(config.repetitionPenalty()));
        }
        if (config.noRepeatNgramSize() > 0) {
            processors.add(new NoRepeatNgram(config.noRepeatNgramSize()));
        }
        if (config.encoderNoRepeatNgramSize() > 0) {
            processors.add(new EncoderNoRepeatNgram(config.encoderNoRepeatNgramSize()));
        }
        if (!config.badWordsIds().isEmpty()) {
            processors.add(new BadWords(config.badWordsIds(), config.eosTokenIds()));
        }
        if (config.minNewTokens() > 0) {
            processors.add(new MinNewTokens(config.minNewTokens(), config.eosTokenIds()));
        }
        if (config.forcedBosTokenId() != null) {
            processors.add(ForcedToken.first(config.forcedBosTokenId()));
        }
        if (config.forcedEosTokenId() != null) {
            processors.add(ForcedToken.last(config.forcedEosTokenId()));
        }
        if (config.doSample()) {
            if (config.temperature() != 1) {
                processors.add(new Temperature(config.temperature()));
            }
            if (config.topK() > 0) {
                processors.add(new TopK(config.topK()));
            }
            if (config.topP() < 1) {
                processors.add(new TopP(config.topP()));
            }
        }
        return List.copyOf(processors);
    }
}
