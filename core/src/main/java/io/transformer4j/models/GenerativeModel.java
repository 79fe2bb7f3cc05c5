package io.transformer4j.models;

import java.util.List;
import org.bytedeco.pytorch.Device;

/** A model that writes text token by token: after a prompt, or as an answer to a source. */
public interface GenerativeModel {
    /** The architecture. */
    PretrainedConfig config();

    /** Where the weights are. */
    Device device();

    /**
     * Begins a text for each input.
     *
     * @param inputs token ids: prompts, or sources
     * @return one row per input; the caller closes it
     */
    Decoding decode(List<int[]> inputs);

    /** Most tokens of an input. */
    default int maxPromptLength() {
        return config().maxInputLength();
    }

    /** Most tokens of a text, with what it begins with. */
    default int maxTextLength() {
        return config().maxInputLength();
    }

    /** Number of token ids that it may write. */
    default long targetVocabSize() {
        return config().vocabSize();
    }
}
