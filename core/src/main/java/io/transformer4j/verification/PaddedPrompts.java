package io.transformer4j.verification;

import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.Decoding;
import io.transformer4j.models.GenerativeModel;
import io.transformer4j.models.PretrainedConfig;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/**
 * A model that is given padded inputs and computes without the padding. HF's rules for the next token see what {@code generate()} is
 * given: its repetition penalty counts the padding token as one that occurred, and its lengths count padding too.
 */
final class PaddedPrompts implements GenerativeModel {
    private final GenerativeModel model;
    private final List<int[]> padded;
    /** What is real of each padded input. */
    private final Map<List<Integer>, int[]> real = new HashMap<>();

    PaddedPrompts(GenerativeModel model, TokenGrid grid, List<int[]> padded) {
        this.model = model;
        this.padded = padded;
        for (int row = 0; row < padded.size(); row++) {
            int[] ids = padded.get(row);
            int current = row;
            int[] kept = IntStream.range(0, ids.length)
                    .filter(column -> grid.isReal(current, column))
                    .map(column -> ids[column])
                    .toArray();
            real.put(boxed(ids), kept);
        }
    }

    private static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    /** All inputs, as HF gets them. */
    List<int[]> inputs() {
        return padded;
    }

    /** Tokens that each text begins with: all of the prompt, or the decoder's start token. */
    int prefixLength() {
        return model instanceof CausalLanguageModel ? padded.get(0).length : 1;
    }

    @Override
    public Decoding decode(List<int[]> inputs) {
        Decoding decoding =
                model.decode(inputs.stream().map(ids -> real.get(boxed(ids))).toList());
        return model instanceof CausalLanguageModel ? new WithPrefixes(decoding, List.copyOf(inputs)) : decoding;
    }

    @Override
    public PretrainedConfig config() {
        return model.config();
    }

    @Override
    public Device device() {
        return model.device();
    }

    @Override
    public int maxPromptLength() {
        return model.maxPromptLength();
    }

    /** HF goes on behind a model's positions as long as the model can. */
    @Override
    public int maxTextLength() {
        return Integer.MAX_VALUE;
    }

    @Override
    public long targetVocabSize() {
        return model.targetVocabSize();
    }

    /** A decoding whose texts seem to begin with other tokens. */
    private record WithPrefixes(Decoding decoding, List<int[]> prefixes) implements Decoding {
        @Override
        public Tensor first() {
            return decoding.first();
        }

        @Override
        public Tensor next(int[] tokens) {
            return decoding.next(tokens);
        }

        @Override
        public void select(int... sources) {
            decoding.select(sources);
        }

        @Override
        public void close() {
            decoding.close();
        }
    }
}
