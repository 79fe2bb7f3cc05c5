package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.decoders.Decoder;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.ByteLevelBpe;
import io.transformer4j.tokenizers.models.Model;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.normalizers.Normalizer;
import io.transformer4j.tokenizers.postprocessors.OffsetTrimming;
import io.transformer4j.tokenizers.postprocessors.Piece;
import io.transformer4j.tokenizers.postprocessors.PostProcessor;
import io.transformer4j.tokenizers.pretokenizers.BertPreTokenizer;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.pretokenizers.PreTokenizer;
import io.transformer4j.tokenizers.text.NormalizedString;
import io.transformer4j.tokenizers.text.Span;
import io.transformer4j.tokenizers.text.TokenBuffer;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.text.UnicodeTables;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Text to token ids and back: normalizer, pre-tokenizer, model, post-processor and decoder, with the semantics and the files of Hugging
 * Face {@code tokenizers}.
 *
 * <pre>{@code
 * Tokenizer tokenizer = Tokenizer.load(Path.of("bert-base-uncased"));
 * Encoding encoding = tokenizer.encode("Hello, world!");
 * int[] ids = encoding.ids();              // [CLS] hello , world ! [SEP]
 * String text = tokenizer.decode(ids, true); // hello, world!
 * }</pre>
 *
 * <p>Immutable and thread-safe. The pipelines of BERT and of GPT-2 run fused, in one pass over the text; all others stage by stage.
 * A lone surrogate in the input counts as U+FFFD.
 */
public final class Tokenizer {

    private final @Nullable Normalizer normalizer;
    private final @Nullable PreTokenizer preTokenizer;
    private final Model model;
    private final @Nullable PostProcessor postProcessor;
    private final @Nullable Decoder decoder;
    private final List<AddedToken> addedTokens;
    private final SpecialTokens specialTokens;
    private final EncodeOptions options;
    private final @Nullable Tokenizer targets;

    private final Map<String, AddedToken> addedByContent = new HashMap<>();
    private final Map<Integer, AddedToken> addedById = new HashMap<>();
    private final Map<Integer, String> addedTexts = new HashMap<>(); // normalized, where the token is
    private final AddedTokens rawTokens;
    private final AddedTokens rawNormalizedTokens; // sought in the text itself if nothing normalizes it
    private final SegmentEncoder segments;
    private final Encoding.TokenNames names;
    private final int vocabSize;

    private Tokenizer(Builder builder, Model model) {
        this.normalizer = builder.normalizer;
        this.preTokenizer = builder.preTokenizer;
        this.model = model;
        this.postProcessor = builder.postProcessor;
        this.decoder = builder.decoder;
        this.addedTokens = List.copyOf(builder.addedTokens.values());
        this.options = builder.options;
        this.targets = builder.targets;
        int bound = model.vocabulary().idBound();
        for (AddedToken token : addedTokens) {
            addedByContent.put(token.content(), token);
            AddedToken other = addedById.put(token.id(), token);
            if (other != null) {
                throw new TokenizerException("the added tokens '" + other.content() + "' and '" + token.content()
                        + "' have the same id " + token.id());
            }
            bound = Math.max(bound, token.id() + 1);
        }
        this.vocabSize = bound;
        this.names = this::idToToken;
        this.specialTokens = builder.specialTokens != null
                ? builder.specialTokens
                : SpecialTokens.guess(token -> tokenToId(token).isPresent());
        this.rawTokens = sought(false);
        AddedTokens normalizedTokens = sought(true);
        AddedTokens none = new AddedTokens(List.of());
        this.rawNormalizedTokens = normalizer == null ? normalizedTokens : none;
        this.segments = encoderFor(
                new PipelineEncoder(normalizer, normalizer == null ? none : normalizedTokens, preTokenizer, model));
    }

    private AddedTokens sought(boolean normalized) {
        List<AddedTokens.Sought> sought = new ArrayList<>();
        for (AddedToken token : addedTokens) {
            if (token.normalized() == normalized) {
                NormalizedString content = NormalizedString.of(token.content());
                if (normalized && normalizer != null) {
                    normalizer.normalize(content);
                }
                addedTexts.put(token.id(), content.toString());
                sought.add(new AddedTokens.Sought(content.toString(), token));
            }
        }
        return new AddedTokens(sought);
    }

    /** The fastest encoder that does what {@code pipeline} does. */
    private static SegmentEncoder encoderFor(PipelineEncoder pipeline) {
        if (pipeline.normalizer() instanceof BertNormalizer bert
                && pipeline.preTokenizer() instanceof BertPreTokenizer
                && pipeline.model() instanceof WordPiece wordPiece
                && pipeline.normalizedTokens().isEmpty()) {
            return new FusedWordPieceEncoder(bert, wordPiece, pipeline);
        }
        if (pipeline.normalizer() == null
                && pipeline.preTokenizer() instanceof ByteLevel byteLevel
                && byteLevel.useRegex()
                && pipeline.model() instanceof Bpe bpe) {
            return ByteLevelBpe.of(bpe)
                    .<SegmentEncoder>map(fast -> new FusedByteLevelEncoder(fast, byteLevel.addPrefixSpace()))
                    .orElse(pipeline);
        }
        return pipeline;
    }

    /**
     * Reads a tokenizer: a {@code tokenizer.json} or a SentencePiece model, or a folder with {@code tokenizer.json}, else {@code vocab.json} and
     * {@code merges.txt}, else {@code vocab.txt}, else {@code source.spm}, {@code target.spm} and {@code vocab.json} (Marian), else {@code
     * spiece.model} (T5).
     *
     * @throws TokenizerException if there is none of these, or it is broken; the message names file and place
     */
    public static Tokenizer load(Path folderOrTokenizerJson) {
        return TokenizerFiles.load(folderOrTokenizerJson);
    }

    /**
     * Writes {@code tokenizer.json}, {@code tokenizer_config.json}, {@code special_tokens_map.json} and the model's own vocabulary files
     * into a folder, which is made if missing; for Marian, which has no {@code tokenizer.json}, its two SentencePiece models instead. Each file
     * appears complete or not at all.
     */
    public void save(Path folder) {
        TokenizerFiles.save(this, folder);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder with all parts of this tokenizer. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.normalizer = normalizer;
        builder.preTokenizer = preTokenizer;
        builder.model = model;
        builder.postProcessor = postProcessor;
        builder.decoder = decoder;
        builder.specialTokens = specialTokens;
        builder.options = options;
        builder.targets = targets;
        addedTokens.forEach(builder::addToken);
        return builder;
    }

    /** The same tokenizer with other default options. */
    public Tokenizer withOptions(EncodeOptions newOptions) {
        return toBuilder().options(newOptions).build();
    }

    // Encoding

    /** The tokens of {@code text}, by this tokenizer's {@link #options()}. */
    public Encoding encode(String text) {
        return encode(text, null, options);
    }

    /** The tokens of a pair of texts, or of one if {@code pair} is null. */
    public Encoding encode(String text, @Nullable String pair) {
        return encode(text, pair, options);
    }

    public Encoding encode(String text, EncodeOptions encodeOptions) {
        return encode(text, null, encodeOptions);
    }

    /**
     * The tokens of a pair of texts, or of one if {@code pair} is null.
     *
     * @throws IllegalArgumentException if the truncation asked for isn't possible
     */
    public Encoding encode(String text, @Nullable String pair, EncodeOptions encodeOptions) {
        Encoding encoding = encodeUnpadded(text, pair, encodeOptions);
        Padding padding = encodeOptions.padding();
        return padding == null ? encoding : encoding.pad(padding, padding.targetLength(encoding.length()));
    }

    /** The tokens of many texts, computed in parallel on the common pool; with padding all come out equally long. */
    public List<Encoding> encodeBatch(List<String> texts) {
        return encodeBatch(texts, null, options);
    }

    public List<Encoding> encodeBatch(List<String> texts, EncodeOptions encodeOptions) {
        return encodeBatch(texts, null, encodeOptions);
    }

    /**
     * The tokens of many texts or pairs, computed in parallel on the common pool.
     *
     * @param pairs the second texts, as many as there are first ones, or null
     */
    public List<Encoding> encodeBatch(List<String> texts, @Nullable List<String> pairs, EncodeOptions encodeOptions) {
        if (pairs != null && pairs.size() != texts.size()) {
            throw new IllegalArgumentException(
                    "there are " + texts.size() + " texts but " + pairs.size() + " second texts");
        }
        Encoding[] encodings = IntStream.range(0, texts.size())
                .parallel()
                .mapToObj(i -> encodeUnpadded(texts.get(i), pairs == null ? null : pairs.get(i), encodeOptions))
                .toArray(Encoding[]::new);
        Padding padding = encodeOptions.padding();
        if (padding != null) {
            int longest =
                    Arrays.stream(encodings).mapToInt(Encoding::length).max().orElse(0);
            int target = padding.targetLength(longest);
            Arrays.setAll(encodings, i -> encodings[i].pad(padding, target));
        }
        return List.of(encodings);
    }

    /** Only the ids of {@code text}, neither cut nor filled up: the fastest way. */
    public int[] encodeToIds(String text, boolean addSpecialTokens) {
        TokenBuffer tokens = tokenize(text);
        if (!addSpecialTokens || postProcessor == null) {
            return tokens.toIds();
        }
        List<Piece> pieces = postProcessor.pieces(false, true);
        int[] ids = new int[tokens.size() + Piece.specialTokens(pieces)];
        int at = 0;
        for (Piece piece : pieces) {
            if (piece instanceof Piece.Special special) {
                for (int id : special.ids()) {
                    ids[at++] = id;
                }
            } else {
                tokens.copyIds(0, tokens.size(), ids, at);
                at += tokens.size();
            }
        }
        return ids;
    }

    /**
     * Passes the ids of a text of any length to {@code sink} in bounded memory, without special tokens around it.
     *
     * <p>With the pipelines of BERT and GPT-2 the ids are exactly those of the whole text. Any other pipeline gets the text line by line, each
     * line with its end.
     *
     * @return the number of ids
     */
    public long encodeToIds(Reader reader, IntConsumer sink) throws IOException {
        boolean fused = !(segments instanceof PipelineEncoder);
        boolean prefixed = preTokenizer instanceof ByteLevel byteLevel && byteLevel.addPrefixSpace();
        int margin = addedTokens.stream()
                .mapToInt(token -> token.content().length())
                .max()
                .orElse(0);
        StreamEncoder encoder = new StreamEncoder(
                this::tokenize,
                text -> {
                    List<AddedTokens.Match> matches = new ArrayList<>(rawTokens.find(text));
                    matches.addAll(rawNormalizedTokens.find(text));
                    matches.sort(Comparator.comparingInt(AddedTokens.Match::start));
                    return matches;
                },
                fused
                        ? (before, after) ->
                                (after == ' ' || (after == '\n' && !prefixed)) && !UnicodeTables.isWhitespace(before)
                        : (before, after) -> before == '\n',
                fused ? margin : 0);
        return encoder.encode(reader, sink);
    }

    private Encoding encodeUnpadded(String text, @Nullable String pair, EncodeOptions encodeOptions) {
        List<Piece> pieces = postProcessor == null
                ? PostProcessor.plain(pair != null)
                : postProcessor.pieces(pair != null, encodeOptions.addSpecialTokens());
        List<String> texts = pair == null ? List.of(text) : List.of(text, pair);
        List<TokenBuffer> tokens = pair == null ? List.of(tokenize(text)) : List.of(tokenize(text), tokenize(pair));
        OffsetTrimming trimming = postProcessor == null ? OffsetTrimming.NONE : postProcessor.trimming();
        int special = Piece.specialTokens(pieces);
        Truncation truncation = encodeOptions.truncation();
        if (truncation != null && !encodeOptions.completeOverflow()) {
            tokens.forEach(truncation::limit);
        }
        List<List<Span>> windows = pair == null
                ? List.of(Windows.ofSingle(tokens.get(0).size(), special, truncation))
                : Windows.ofPair(tokens.get(0).size(), tokens.get(1).size(), special, truncation);
        return new EncodingAssembler(names, pieces, trimming).assemble(texts, tokens, windows);
    }

    /** The tokens of a text before anything is put around them. */
    private TokenBuffer tokenize(String text) {
        TokenBuffer out = new TokenBuffer(text.length() / 3 + 8);
        int word = 0;
        int at = 0;
        AddedTokens.Search normalizedTokens = rawNormalizedTokens.in(text);
        for (AddedTokens.Match match : rawTokens.find(text)) {
            word = encodeSegment(text, at, match.start(), normalizedTokens, word, out);
            addMatch(text, match, word++, out);
            at = match.end();
        }
        encodeSegment(text, at, text.length(), normalizedTokens, word, out);
        return out;
    }

    private int encodeSegment(
            String text, int from, int to, AddedTokens.Search normalizedTokens, int firstWord, TokenBuffer out) {
        int word = firstWord;
        int at = from;
        for (AddedTokens.Match match : normalizedTokens.find(from, to)) {
            word = at < match.start() ? segments.encode(text, at, match.start(), word, out) : word;
            addMatch(text, match, word++, out);
            at = match.end();
        }
        return at < to ? segments.encode(text, at, to, word, out) : word;
    }

    private static void addMatch(String text, AddedTokens.Match match, int word, TokenBuffer out) {
        AddedToken token = match.token();
        if (match.end() - match.start() == token.content().length()) {
            out.add(token.id(), match.start(), match.end(), word);
        } else {
            out.add(token.id(), match.start(), match.end(), word, text.substring(match.start(), match.end()));
        }
    }

    // Decoding

    /** The text of {@code ids}; ids without a token are passed over, as Hugging Face does. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int id : ids) {
            String token = tokenOrNull(id);
            if (token != null && !(skipSpecialTokens && isSpecial(id))) {
                tokens.add(token);
            }
        }
        return decoder == null ? String.join(" ", tokens) : String.join("", decoder.decode(tokens));
    }

    /** A decoder that takes ids one by one. */
    public DecodeStream decodeStream(boolean skipSpecialTokens) {
        return new DecodeStream(this, skipSpecialTokens);
    }

    /** The tokenizer of the texts that a translation model is to write: another one for Marian, this one for all others. */
    public Tokenizer forTargets() {
        return targets == null ? this : targets;
    }

    // Vocabulary

    /** One more than the largest id: the rows that an embedding table needs. */
    public int vocabSize() {
        return vocabSize;
    }

    public OptionalInt tokenToId(String token) {
        AddedToken added = addedByContent.get(token);
        if (added != null) {
            return OptionalInt.of(added.id());
        }
        int id = model.vocabulary().id(token);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /**
     * The token of an id.
     *
     * @throws IllegalArgumentException if no token has this id
     */
    public String idToToken(int id) {
        String token = tokenOrNull(id);
        if (token == null) {
            throw new IllegalArgumentException(
                    "no token has the id " + id + "; the vocabulary's ids are below " + vocabSize);
        }
        return token;
    }

    boolean hasToken(int id) {
        return tokenOrNull(id) != null;
    }

    private @Nullable String tokenOrNull(int id) {
        String added = addedTexts.get(id);
        return added == null ? model.vocabulary().token(id) : added;
    }

    /** Whether {@link #decode} can leave this id out. */
    public boolean isSpecial(int id) {
        AddedToken added = addedById.get(id);
        return added != null && added.special();
    }

    /** Whether this token goes on a word that another began, such as {@code ##ing}: for whole-word masking. */
    public boolean continuesWord(int id) {
        return !addedById.containsKey(id) && model.continuesWord(idToToken(id));
    }

    public OptionalInt padTokenId() {
        return SpecialTokens.id(specialTokens.pad(), this);
    }

    public OptionalInt unkTokenId() {
        return SpecialTokens.id(specialTokens.unk(), this);
    }

    public OptionalInt clsTokenId() {
        return SpecialTokens.id(specialTokens.cls(), this);
    }

    public OptionalInt sepTokenId() {
        return SpecialTokens.id(specialTokens.sep(), this);
    }

    public OptionalInt maskTokenId() {
        return SpecialTokens.id(specialTokens.mask(), this);
    }

    public OptionalInt bosTokenId() {
        return SpecialTokens.id(specialTokens.bos(), this);
    }

    public OptionalInt eosTokenId() {
        return SpecialTokens.id(specialTokens.eos(), this);
    }

    // Parts

    public @Nullable Normalizer normalizer() {
        return normalizer;
    }

    public @Nullable PreTokenizer preTokenizer() {
        return preTokenizer;
    }

    public Model model() {
        return model;
    }

    public @Nullable PostProcessor postProcessor() {
        return postProcessor;
    }

    public @Nullable Decoder decoder() {
        return decoder;
    }

    public List<AddedToken> addedTokens() {
        return addedTokens;
    }

    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /** What {@link #encode(String)} does beyond cutting into tokens. */
    public EncodeOptions options() {
        return options;
    }

    @Override
    public String toString() {
        return "Tokenizer[" + model.getClass().getSimpleName() + ", " + vocabSize + " tokens]";
    }

    /** Collects the parts of a {@link Tokenizer}; only the model is required. */
    public static final class Builder {

        private @Nullable Normalizer normalizer;
        private @Nullable PreTokenizer preTokenizer;
        private @Nullable Model model;
        private @Nullable PostProcessor postProcessor;
        private @Nullable Decoder decoder;
        private @Nullable SpecialTokens specialTokens;
        private final Map<Integer, AddedToken> addedTokens = new LinkedHashMap<>();
        private EncodeOptions options = EncodeOptions.defaults();
        private @Nullable Tokenizer targets;

        private Builder() {}

        public Builder normalizer(@Nullable Normalizer value) {
            normalizer = value;
            return this;
        }

        public Builder preTokenizer(@Nullable PreTokenizer value) {
            preTokenizer = value;
            return this;
        }

        public Builder model(Model value) {
            model = value;
            return this;
        }

        public Builder postProcessor(@Nullable PostProcessor value) {
            postProcessor = value;
            return this;
        }

        public Builder decoder(@Nullable Decoder value) {
            decoder = value;
            return this;
        }

        /** Adds a token, or replaces the one of the same id. */
        public Builder addToken(AddedToken token) {
            addedTokens.put(token.id(), token);
            return this;
        }

        /** Which token plays which part; without it the customary names decide. */
        public Builder specialTokens(SpecialTokens value) {
            specialTokens = value;
            return this;
        }

        public Builder options(EncodeOptions value) {
            options = value;
            return this;
        }

        /** What {@link Tokenizer#forTargets} gives; null: the tokenizer itself. */
        public Builder targets(@Nullable Tokenizer value) {
            targets = value;
            return this;
        }

        /**
         * Makes the tokenizer.
         *
         * @throws TokenizerException if there is no model or two added tokens contradict each other
         */
        public Tokenizer build() {
            if (model == null) {
                throw new TokenizerException("a tokenizer needs a model");
            }
            return new Tokenizer(this, model);
        }
    }
}
