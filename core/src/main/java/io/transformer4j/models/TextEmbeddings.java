package io.transformer4j.models;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.attention.SequenceLayout;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Embedding;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Norm;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** What a model adds up before its first layer: vectors of tokens, positions and types, as far as it has them. */
public final class TextEmbeddings extends Module {
    private final Config config;
    private final Embedding word;
    private final @Nullable Embedding position;
    private final @Nullable Embedding tokenType;
    private final @Nullable Norm norm;
    private final Dropout dropout;

    /**
     * Settings.
     *
     * @param positions rows of the table of positions; 0 for none
     * @param types rows of the table of token types; 0 for none
     * @param paddingId token without gradient from look-ups (torch's {@code padding_idx}); null for none
     * @param positionsFromIds whether positions count the tokens that aren't padding, from {@code paddingId + 1}, as in
     *     RoBERTa; if so, padding has the position {@code paddingId}, without gradient too
     * @param positionInitializer for the table of positions
     * @param norm of the sum; null for none
     * @param scale factor of the vectors of tokens
     */
    @RecordBuilder
    public record Config(
            long vocabSize,
            long hiddenSize,
            int positions,
            int types,
            @Nullable Integer paddingId,
            boolean positionsFromIds,
            @Nullable Supplier<Norm> norm,
            double scale,
            double dropout,
            Initializer initializer,
            Initializer positionInitializer)
            implements TextEmbeddingsConfigBuilder.With {

        /** Tokens only. */
        public Config(long vocabSize, long hiddenSize, Initializer initializer) {
            this(vocabSize, hiddenSize, 0, 0, null, false, null, 1, 0, initializer, initializer);
        }
    }

    /** Tables without values. */
    public TextEmbeddings(Config config) {
        this.config = config;
        long size = config.hiddenSize();
        OptionalLong padding = config.paddingId() == null ? OptionalLong.empty() : OptionalLong.of(config.paddingId());
        word = child("word", new Embedding(config.vocabSize(), size, padding, config.initializer()));
        position = config.positions() == 0
                ? null
                : child(
                        "position",
                        new Embedding(
                                config.positions(),
                                size,
                                config.positionsFromIds() ? padding : OptionalLong.empty(),
                                config.positionInitializer()));
        tokenType = config.types() == 0
                ? null
                : child("tokenType", new Embedding(config.types(), size, config.initializer()));
        norm = config.norm() == null ? null : child("norm", config.norm().get());
        dropout = child("dropout", new Dropout(config.dropout()));
    }

    /** {@code [tokens, hiddenSize]}. */
    public Tensor forward(ModelInputs inputs) {
        Tensor rows = word.forward(inputs.inputIds());
        Tensor sum = config.scale() == 1 ? rows : rows.mul(new Scalar(config.scale()));
        if (position != null) {
            sum = sum.add(position.forward(positions(inputs)));
        }
        if (tokenType != null) {
            sum = sum.add(tokenType.forward(inputs.tokenTypeIds()));
        }
        return dropout.forward(norm == null ? sum : norm.forward(sum));
    }

    private Tensor positions(ModelInputs inputs) {
        return config.positionsFromIds() && config.paddingId() != null && inputs.positionIds() == null
                ? positionsFromIds(inputs.inputIds(), inputs.layout(), config.paddingId())
                : inputs.positions();
    }

    /** HF's {@code create_position_ids_from_input_ids}: {@code cumsum(ids ≠ padding) · (ids ≠ padding) + padding}. */
    private static Tensor positionsFromIds(Tensor ids, SequenceLayout layout, int paddingId) {
        Tensor real = ids.ne(new Scalar(paddingId)).toType(ScalarType.Long); // [tokens]
        Tensor counted = real.cumsum(0); // over all sequences
        Tensor first = ModelInputs.tensor(layout.firstRows(), ids.device());
        Tensor before = counted.index_select(0, first).sub(real.index_select(0, first)); // [batch]
        long[] lengths =
                IntStream.range(0, layout.batchSize()).mapToLong(layout::length).toArray();
        Tensor offsets = before.repeat_interleave(
                ModelInputs.tensor(lengths, ids.device()), new LongOptional(0), new LongOptional());
        return counted.sub(offsets).mul(real).add(new Scalar(paddingId));
    }

    /** The table of tokens, which language-model heads share. */
    public Embedding word() {
        return word;
    }
}
