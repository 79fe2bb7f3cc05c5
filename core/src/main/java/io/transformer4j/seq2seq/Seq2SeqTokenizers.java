package io.transformer4j.seq2seq;

import io.transformer4j.data.ParallelText;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.seq2seq.Seq2SeqConfig;
import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.postprocessors.SpecialToken;
import io.transformer4j.tokenizers.postprocessors.TemplateProcessing;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.UnigramTrainer;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
        /** WordPiece, as in BERT; accents are kept. */
        WORDPIECE,
        /** Pieces of a unigram language model (Kudo 2018), as in T5. */
        UNIGRAM;

        /** The type called {@code name}. */
        public static Type of(String name) {
            for (Type type : values()) {
                if (type.toString().equals(name.toLowerCase(Locale.ROOT))) {
                    return type;
                }
            }
            throw new IllegalArgumentException(
                    "the tokenizer type must be bpe, wordpiece or unigram, but is \"" + name + "\"");
        }

        private String eos() {
            return this == WORDPIECE ? "[SEP]" : "</s>";
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What to learn.
     *
     * @param type kind of tokens
     * @param vocabSize most tokens of each vocabulary
     * @param joint whether both sides share one vocabulary, learnt from both
     * @param lowercase whether texts are read, and written, in lower case
     * @param mask whether there is a token for what denoising hides; WordPiece always has one
     */
    public record Settings(Type type, int vocabSize, boolean joint, boolean lowercase, boolean mask) {}

    /**
     * Learns vocabularies from training data.
     *
     * @param threads that count words
     */
    public static Seq2SeqTokenizers train(ParallelText text, Settings settings, int threads) {
        if (settings.joint()) {
            Tokenizer both = train(Stream.concat(text.sources().stream(), text.targets().stream()), settings, threads);
            return new Seq2SeqTokenizers(both, both);
        }
        return new Seq2SeqTokenizers(
                train(text.sources().stream(), settings, threads), train(text.targets().stream(), settings, threads));
    }

    private static Tokenizer train(Stream<String> texts, Settings settings, int threads) {
        Tokenizer learnt = switch (settings.type()) {
            case BPE ->
                BpeTrainer.builder()
                        .vocabSize(settings.vocabSize())
                        .lowercase(settings.lowercase())
                        .specialTokens(specialTokens(settings, "<pad>", "<s>", "</s>", "<unk>"))
                        .threads(threads)
                        .build()
                        .train(texts, ProgressListener.NONE);
            case WORDPIECE ->
                WordPieceTrainer.builder()
                        .vocabSize(settings.vocabSize())
                        .lowercase(settings.lowercase())
                        .stripAccents(false)
                        .threads(threads)
                        .build()
                        .train(texts, ProgressListener.NONE);
            case UNIGRAM ->
                UnigramTrainer.builder()
                        .vocabSize(settings.vocabSize())
                        .lowercase(settings.lowercase())
                        .specialTokens(specialTokens(settings, "<pad>", "</s>", "<unk>"))
                        .threads(threads)
                        .build()
                        .train(texts, ProgressListener.NONE);
        };
        String eos = settings.type().eos();
        SpecialToken end = new SpecialToken(eos, learnt.tokenToId(eos).orElseThrow());
        return learnt.toBuilder()
                .postProcessor(TemplateProcessing.of("$A " + eos, "$A " + eos + " $B " + eos, end))
                .build();
    }

    private static List<String> specialTokens(Settings settings, String... always) {
        return settings.mask()
                ? Stream.concat(Stream.of(always), Stream.of("<mask>")).toList()
                : List.of(always);
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

    /** Reads the tokenizers of a model folder; the target's is that of its own folder, or Marian's second. */
    public static Seq2SeqTokenizers load(Path folder) {
        Tokenizer source = Tokenizer.load(folder).withOptions(EncodeOptions.defaults());
        Path other = folder.resolve(TARGET_FOLDER);
        return new Seq2SeqTokenizers(
                source,
                Files.isDirectory(other)
                        ? Tokenizer.load(other).withOptions(EncodeOptions.defaults())
                        : source.forTargets());
    }

    /**
     * Checks that a model can have been trained with these tokenizers.
     *
     * @throws IllegalArgumentException if it knows fewer tokens than they make, or ends texts with another token
     */
    public void checkFits(Seq2SeqConfig config) {
        checkSide("source", source.vocabSize(), config.vocabSize());
        checkSide("target", target.vocabSize(), config.targetVocabSize());
        target.eosTokenId()
                .ifPresent(eos -> PretrainedConfig.check(
                        eos == config.eosTokenId(),
                        "the target tokenizer ends texts with token %d (%s), but the model with %d: they don't belong together",
                        eos,
                        target.idToToken(eos),
                        config.eosTokenId()));
    }

    private static void checkSide(String side, int tokens, long known) {
        PretrainedConfig.check(
                tokens <= known,
                "the %s tokenizer has %d tokens, but the model knows %d: they don't belong together",
                side,
                tokens,
                known);
    }

    /** The first {@code maxLength} ids, ending as the whole does. */
    public static int[] cut(int[] ids, int maxLength) {
        if (ids.length <= maxLength) {
            return ids;
        }
        int[] cut = Arrays.copyOf(ids, maxLength);
        cut[maxLength - 1] = ids[ids.length - 1];
        return cut;
    }
}
