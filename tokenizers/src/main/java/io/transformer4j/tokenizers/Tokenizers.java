package io.transformer4j.tokenizers;

import io.transformer4j.hub.FileSelection;
import io.transformer4j.hub.ModelResolver;
import io.transformer4j.tokenizers.decoders.Fuse;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordLevel;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.postprocessors.RobertaProcessing;
import io.transformer4j.tokenizers.postprocessors.SpecialToken;
import io.transformer4j.tokenizers.postprocessors.TemplateProcessing;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.pretokenizers.Split;
import io.transformer4j.tokenizers.pretokenizers.SplitDelimiterBehavior;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.TextPattern;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/** Tokenizers by name, and the pipelines of well-known models around a vocabulary. */
public final class Tokenizers {

    /** BERT's special tokens in the order in which trainers number them. */
    public static final List<String> BERT_SPECIAL_TOKENS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    /** GPT-2's only special token. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private Tokenizers() {}

    /**
     * The tokenizer of a model by its path, built-in name or id of the hub ({@link ModelResolver#standard()}); of the hub's files
     * only the tokenizer's are fetched.
     *
     * @throws io.transformer4j.hub.HubException if there is no such model
     * @throws TokenizerException if it has no tokenizer
     */
    public static Tokenizer load(String name) {
        return Tokenizer.load(ModelResolver.standard().resolve(name, FileSelection.TOKENIZER));
    }

    /** {@code bert-base-uncased}: lower case, no accents, {@code [CLS] A [SEP] B [SEP]}. */
    public static Tokenizer bertUncased(Vocabulary vocabulary) {
        return bert(vocabulary, BertNormalizer.uncased());
    }

    /** {@code bert-base-cased}. */
    public static Tokenizer bertCased(Vocabulary vocabulary) {
        return bert(vocabulary, BertNormalizer.cased());
    }

    private static Tokenizer bert(Vocabulary vocabulary, BertNormalizer normalizer) {
        Tokenizer.Builder builder = Tokenizer.builder()
                .normalizer(normalizer)
                .preTokenizer(new BertPreTokenizer())
                .model(new WordPiece(vocabulary))
                .decoder(new io.transformer4j.tokenizers.decoders.WordPiece(WordPiece.DEFAULT_PREFIX, true));
        if (vocabulary.contains("[CLS]") && vocabulary.contains("[SEP]")) {
            builder.postProcessor(TemplateProcessing.of(
                    "[CLS] $A [SEP]",
                    "[CLS] $A [SEP] $B:1 [SEP]:1",
                    new SpecialToken("[CLS]", vocabulary.id("[CLS]")),
                    new SpecialToken("[SEP]", vocabulary.id("[SEP]"))));
        }
        return addSpecial(builder, vocabulary, BERT_SPECIAL_TOKENS).build();
    }

    /** GPT-2: byte-level BPE, no tokens around the text. */
    public static Tokenizer gpt2(Bpe model) {
        Tokenizer.Builder builder = Tokenizer.builder()
                .preTokenizer(new ByteLevel(false, true, true))
                .model(model)
                .postProcessor(new io.transformer4j.tokenizers.postprocessors.ByteLevel(true, false, true))
                .decoder(new io.transformer4j.tokenizers.decoders.ByteLevel(true, true, true));
        return addSpecial(builder, model.vocabulary(), List.of(END_OF_TEXT)).build();
    }

    /** RoBERTa: byte-level BPE with a space before the text, {@code <s> A </s></s> B </s>}. */
    public static Tokenizer roberta(Bpe model) {
        Vocabulary vocabulary = model.vocabulary();
        Tokenizer.Builder builder = Tokenizer.builder()
                .preTokenizer(new ByteLevel(true, true, true))
                .model(model)
                .postProcessor(new RobertaProcessing(
                        new SpecialToken("</s>", vocabulary.id("</s>")),
                        new SpecialToken("<s>", vocabulary.id("<s>")),
                        true,
                        true))
                .decoder(new io.transformer4j.tokenizers.decoders.ByteLevel(true, true, true));
        addSpecial(builder, vocabulary, List.of("<s>", "<pad>", "</s>", "<unk>"));
        if (vocabulary.contains("<mask>")) {
            builder.addToken(new AddedToken(vocabulary.id("<mask>"), "<mask>", false, true, false, false, true));
        }
        return builder.build();
    }

    /**
     * Each character is a token, white space and line ends included; decoding gives the text back unchanged.
     *
     * <p>Ids are given in the order of the code points, as nanoGPT's {@code shakespeare_char} does.
     *
     * @param texts all characters that shall have an id
     * @throws TokenizerException if there are none; later, when encoding a text with any other character
     */
    public static Tokenizer characters(Stream<String> texts) {
        BitSet seen = new BitSet(Character.MAX_CODE_POINT + 1);
        texts.forEach(text -> text.codePoints().map(NormalizedString::scalar).forEach(seen::set));
        if (seen.isEmpty()) {
            throw new TokenizerException("there is nothing to learn characters from: the text is empty");
        }
        Vocabulary vocabulary =
                Vocabulary.of(seen.stream().mapToObj(Character::toString).toList());
        return Tokenizer.builder()
                .preTokenizer(new Split(TextPattern.regex("[\\s\\S]"), SplitDelimiterBehavior.ISOLATED, false))
                .model(new WordLevel(vocabulary, "<unk>"))
                .decoder(new Fuse())
                .build();
    }

    private static Tokenizer.Builder addSpecial(Tokenizer.Builder builder, Vocabulary vocabulary, List<String> tokens) {
        for (String token : tokens) {
            if (vocabulary.contains(token)) {
                builder.addToken(AddedToken.special(vocabulary.id(token), token));
            }
        }
        return builder;
    }
}
