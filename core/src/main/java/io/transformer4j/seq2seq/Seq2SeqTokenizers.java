package io.transformer4j.seq2seq;

import io.transformer4j.data.ParallelText;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.postprocessors.SpecialToken;
import io.transformer4j.tokenizers.postprocessors.TemplateProcessing;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.ProgressListener;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The tokenizers of both sides. Source and target end with the token that ends a text.
 *
 * @param source of the texts that are read
 * @param target of the texts that are written; the same object if both share one vocabulary
 */
public record Seq2SeqTokenizers(Tokenizer source, Tokenizer target) {
    /** Folder of the target's tokenizer inside a model folder, if it has one of its own. */
    public static final String TARGET_FOLDER = "target_tokenizer";

    /** What kind of tokens. */
    public enum Type {
        /** Byte pairs merged by frequency (Sennrich et al. 2016), on bytes as in GPT-2. */
        BPE,
        /** WordPiece, as in BERT; case is kept. */
        WORDPIECE;

        /** The type called {@code name}. */
        public static Type of(String name) {
            for (Type type : values()) {
                if (type.toString().equals(name.toLowerCase(Locale.ROOT))) {
                    return type;
                }
            }
            throw new IllegalArgumentException("the tokenizer type must be bpe or wordpiece, but is \"" + name + "\"");
        }

        private String eos() {
            return this == BPE ? "</s>" : "[SEP]";
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Learns vocabularies from training data.
     *
     * @param vocabSize most tokens of each vocabulary
     * @param joint whether both sides share one vocabulary, learnt from both
     * @param threads that count words
     */
    public static Seq2SeqTokenizers train(ParallelText text, Type type, int vocabSize, boolean joint, int threads) {
        if (joint) {
            Tokenizer both =
                    train(Stream.concat(text.sources().stream(), text.targets().stream()), type, vocabSize, threads);
            return new Seq2SeqTokenizers(both, both);
        }
        return new Seq2SeqTokenizers(
                train(text.sources().stream(), type, vocabSize, threads),
                train(text.targets().stream(), type, vocabSize, threads));
    }

    private static Tokenizer train(Stream<String> texts, Type type, int vocabSize, int threads) {
        Tokenizer learnt = switch (type) {
            case BPE ->
                BpeTrainer.builder()
                        .vocabSize(vocabSize)
                        .specialTokens(List.of("<pad>", "<s>", "</s>", "<unk>"))
                        .threads(threads)
                        .build()
                        .train(texts, ProgressListener.NONE);
            case WORDPIECE ->
                WordPieceTrainer.builder()
                        .vocabSize(vocabSize)
                        .lowercase(false)
                        .threads(threads)
                        .build()
                        .train(texts, ProgressListener.NONE);
        };
        String eos = type.eos();
        SpecialToken end = new SpecialToken(eos, learnt.tokenToId(eos).orElseThrow());
        return learnt.toBuilder()
                .postProcessor(TemplateProcessing.of("$A " + eos, "$A " + eos + " $B " + eos, end))
                .build();
    }

    /** Whether both sides share one vocabulary. */
    public boolean joint() {
        return source == target;
    }

    /** Writes the tokenizers into a model folder. */
    public void save(Path folder) {
        source.save(folder);
        if (!joint()) {
            target.save(folder.resolve(TARGET_FOLDER));
        }
    }

    /** Reads the tokenizers of a model folder. */
    public static Seq2SeqTokenizers load(Path folder) {
        Tokenizer source = Tokenizer.load(folder);
        Path other = folder.resolve(TARGET_FOLDER);
        return new Seq2SeqTokenizers(source, Files.isDirectory(other) ? Tokenizer.load(other) : source);
    }

    /**
     * Checks that a model can have been trained with these tokenizers.
     *
     * @throws IllegalArgumentException if it knows fewer tokens than they make
     */
    public void checkFits(long sourceVocabSize, long targetVocabSize) {
        checkSide("source", source.vocabSize(), sourceVocabSize);
        checkSide("target", target.vocabSize(), targetVocabSize);
    }

    private static void checkSide(String side, int tokens, long known) {
        PretrainedConfig.check(
                tokens <= known,
                "the %s tokenizer has %d tokens, but the model knows %d: they don't belong together",
                side,
                tokens,
                known);
    }
}
