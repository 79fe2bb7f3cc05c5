package io.transformer4j.pipelines;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.data.SentenceSplitter;
import io.transformer4j.generation.Generation;
import io.transformer4j.generation.GenerationConfig;
import io.transformer4j.generation.TextGenerator;
import io.transformer4j.generation.TokenListener;
import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.seq2seq.EncoderDecoderModel;
import io.transformer4j.seq2seq.Seq2SeqTokenizers;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.TensorData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rewrites texts with an encoder–decoder model (HF's pipeline {@code text2text-generation}): what translation and
 * summarization have in common. Thread-safe.
 */
public abstract sealed class RewritingPipeline implements AutoCloseable
        permits TranslationPipeline, SummarizationPipeline {
    private final PipelineRuntime<EncoderDecoderModel<?>> runtime;
    private final Seq2SeqTokenizers tokenizers;
    private final TextGenerator generator;
    private final GenerationConfig defaults;
    private final LongTexts usualLongTexts;

    RewritingPipeline(Path folder, PipelineOptions options) {
        defaults = GenerationConfig.load(folder);
        usualLongTexts = options.truncation() ? LongTexts.TRUNCATE : LongTexts.REFUSE;
        tokenizers = Seq2SeqTokenizers.load(folder);
        runtime = PipelineRuntime.open(folder, options, device -> load(folder, tokenizers, device));
        generator = new TextGenerator(runtime.model(), tokenizers.target(), runtime.pool(), runtime.precision());
    }

    private static EncoderDecoderModel<?> load(Path folder, Seq2SeqTokenizers tokenizers, Device device) {
        PretrainedModel model = Models.load(folder, device);
        try {
            if (!(model instanceof EncoderDecoderModel<?> fitting)) {
                throw new CheckpointException(
                        folder,
                        "is a " + model.architecture() + ", which has no encoder and decoder to rewrite texts with");
            }
            tokenizers.checkFits(fitting.config());
            return fitting;
        } catch (IllegalArgumentException e) {
            model.close();
            throw new CheckpointException(folder, e.getMessage(), e);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** What the checkpoint's {@code generation_config.json} asks for. */
    public final GenerationConfig defaults() {
        return defaults;
    }

    /**
     * Rewrites several texts at once; texts of similar length share a batch. A blank text stays blank.
     *
     * @param longTexts what happens to texts with more tokens than the model has positions
     * @return in the order of the texts, each with as many candidates as {@code config} asks for
     * @throws IllegalArgumentException if a text is too long and such texts are refused
     */
    public final List<Rewriting> rewrite(List<String> texts, GenerationConfig config, LongTexts longTexts) {
        List<List<int[]>> parts = new ArrayList<>(texts.size());
        List<Boolean> truncated = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            int[] ids = texts.get(i).isBlank() ? new int[0] : ids(texts.get(i));
            boolean tooLong = ids.length > positions();
            truncated.add(tooLong && longTexts == LongTexts.TRUNCATE);
            parts.add(ids.length == 0 ? List.of() : tooLong ? fitting(i, texts.get(i), ids, longTexts) : List.of(ids));
        }
        List<List<Generation>> written =
                generator.generateAll(parts.stream().flatMap(List::stream).toList(), config, TokenListener.NONE);
        List<Rewriting> results = new ArrayList<>(texts.size());
        int next = 0;
        for (int i = 0; i < texts.size(); i++) {
            List<List<Generation>> own =
                    written.subList(next, next + parts.get(i).size());
            next += own.size();
            results.add(new Rewriting(texts.get(i), candidates(own, config.numReturnSequences()), truncated.get(i)));
        }
        return results;
    }

    /** As {@link #rewrite(List, GenerationConfig, LongTexts)}; long texts are cut if the pipeline's options say so. */
    public final List<Rewriting> rewrite(List<String> texts, GenerationConfig config) {
        return rewrite(texts, config, usualLongTexts);
    }

    private int positions() {
        return runtime.model().maxPromptLength();
    }

    private int[] ids(String text) {
        return tokenizers.source().encodeToIds(text, true);
    }

    private List<int[]> fitting(int index, String text, int[] ids, LongTexts longTexts) {
        return switch (longTexts) {
            case REFUSE ->
                throw new IllegalArgumentException("text " + index + " has " + ids.length
                        + " tokens, but the model's max_position_embeddings is " + positions()
                        + ": truncate or split it, or choose a longer model");
            case TRUNCATE -> List.of(Seq2SeqTokenizers.cut(ids, positions()));
            case SPLIT -> split(text);
        };
    }

    /** As many sentences a part as fit. */
    private List<int[]> split(String text) {
        List<int[]> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (String piece : pieces(text)) {
            if (!part.isEmpty() && ids(part + " " + piece).length > positions()) {
                parts.add(ids(part.toString()));
                part.setLength(0);
            }
            part.append(part.isEmpty() ? "" : " ").append(piece);
        }
        parts.add(Seq2SeqTokenizers.cut(ids(part.toString()), positions())); // if a single word is too long
        return parts;
    }

    /** Sentences, and the words of those that are too long. */
    private List<String> pieces(String text) {
        return SentenceSplitter.split(text).stream()
                .flatMap(sentence -> ids(sentence).length <= positions()
                        ? List.of(sentence).stream()
                        : Arrays.stream(sentence.strip().split("\\s+")))
                .toList();
    }

    private static List<Rewriting.Candidate> candidates(List<List<Generation>> parts, int count) {
        int available = parts.stream().mapToInt(List::size).min().orElse(count);
        return IntStream.range(0, available)
                .mapToObj(rank -> {
                    List<Generation> own =
                            parts.stream().map(part -> part.get(rank)).toList();
                    String text = own.stream().map(part -> part.text().strip()).collect(Collectors.joining(" "));
                    return new Rewriting.Candidate(text, own);
                })
                .toList();
    }

    /**
     * What the decoder looked at when it wrote a target: the layer before the last, whose cross-attention is nearest to an
     * alignment of words (Garg et al. 2019, §4.1).
     *
     * @param source the text, of which what is too long is left out
     * @param candidate what was made of it, in one part
     */
    public final Alignment align(String source, Rewriting.Candidate candidate) {
        if (candidate.parts().size() != 1) {
            throw new IllegalArgumentException("only what was written in one part can be aligned, not in "
                    + candidate.parts().size());
        }
        EncoderDecoderModel<?> model = runtime.model();
        int[] sourceIds = Seq2SeqTokenizers.cut(ids(source), positions());
        Generation written = candidate.parts().get(0);
        int[] targetIds = written.newIds().stream().mapToInt(Integer::intValue).toArray();
        int[] seen = IntStream.concat(
                        written.promptIds().stream().mapToInt(Integer::intValue), Arrays.stream(targetIds))
                .limit(written.promptIds().size() + targetIds.length - 1L)
                .toArray();
        List<List<Double>> weights = runtime.compute(() -> {
            ModelInputs inputs = ModelInputs.of(List.of(sourceIds), model.device())
                    .withDecoder(ModelInputs.of(List.of(seen), model.device()));
            List<Tensor> layers = model.crossAttentions(inputs);
            Tensor layer = layers.get(Math.max(0, layers.size() - 2)).select(0, 0); // [heads, target, source]
            float[] mean = TensorData.floats(layer.toType(ScalarType.Float).mean(0)); // [target, source]
            int first = seen.length - targetIds.length; // rows of a prompt predict nothing new
            return rows(mean, first, targetIds.length, sourceIds.length);
        });
        return new Alignment(tokens(tokenizers.source(), sourceIds), tokens(tokenizers.target(), targetIds), weights);
    }

    private static List<List<Double>> rows(float[] matrix, int first, int count, int width) {
        return IntStream.range(first, first + count)
                .mapToObj(row -> IntStream.range(0, width)
                        .mapToDouble(column -> matrix[row * width + column])
                        .boxed()
                        .toList())
                .toList();
    }

    /** Tokens as they read: the text of each, or its name if it is special. */
    private static List<String> tokens(Tokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids)
                .mapToObj(id -> tokenizer.isSpecial(id)
                        ? tokenizer.idToToken(id)
                        : tokenizer.decode(new int[] {id}, false).strip())
                .toList();
    }

    @Override
    public final void close() {
        runtime.close();
    }
}
