package io.transformer4j.tokenizers;

import io.transformer4j.files.AtomicFile;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.SentencePiece;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.postprocessors.RobertaProcessing;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.sentencepiece.SentencePieceModel;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The files of a tokenizer in a model folder. */
final class TokenizerFiles {

    static final String TOKENIZER = "tokenizer.json";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String VOCAB_TXT = "vocab.txt";
    static final String VOCAB_JSON = "vocab.json";
    static final String MERGES = "merges.txt";
    static final String SOURCE_SPM = "source.spm";
    static final String TARGET_SPM = "target.spm";
    static final String TARGET_VOCAB = "target_vocab.json";
    static final String SPIECE = "spiece.model";
    static final String MODEL_CONFIG = "config.json";

    private static final String MERGES_HEADER = "#version: 0.2";
    private static final Set<String> T5_TYPES = Set.of("t5", "mt5", "umt5", "longt5");
    private static final int T5_EXTRA_IDS = 100;

    private TokenizerFiles() {}

    static Tokenizer load(Path path) {
        if (Files.isRegularFile(path)) {
            return loadFile(path);
        }
        if (has(path, TOKENIZER)) {
            return loadFile(path.resolve(TOKENIZER));
        }
        if (has(path, VOCAB_JSON) && has(path, MERGES)) {
            return withRoles(loadBpe(path), path);
        }
        if (has(path, VOCAB_TXT)) {
            return loadFile(path.resolve(VOCAB_TXT));
        }
        if (has(path, SOURCE_SPM) && has(path, VOCAB_JSON)) {
            return loadMarian(path);
        }
        if (has(path, SPIECE)) {
            return withRoles(loadSentencePiece(path), path);
        }
        throw new TokenizerException(path + ": no tokenizer here; expected a tokenizer.json, or a folder with "
                + TOKENIZER + ", or with " + VOCAB_JSON + " and " + MERGES + ", or with " + VOCAB_TXT + ", or with "
                + SOURCE_SPM + " and " + VOCAB_JSON + ", or with " + SPIECE);
    }

    private static boolean has(Path folder, String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    private static Tokenizer loadFile(Path file) {
        String name = file.getFileName().toString();
        Tokenizer tokenizer;
        if (name.endsWith(".txt")) {
            tokenizer = loadWordPiece(file);
        } else if (name.endsWith(".model") || name.endsWith(".spm")) {
            tokenizer = SentencePieceTokenizers.of(SentencePieceModel.read(file));
        } else {
            tokenizer = TokenizerJson.read(readText(file), file.toString());
        }
        return withRoles(tokenizer, Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }

    private static Tokenizer withRoles(Tokenizer tokenizer, Path folder) {
        Map<String, String> roles = roles(folder);
        return roles.isEmpty()
                ? tokenizer
                : tokenizer.toBuilder()
                        .specialTokens(SpecialTokens.fromMap(roles, tokenizer.specialTokens()))
                        .build();
    }

    private static Map<String, String> roles(Path folder) {
        Map<String, String> roles = new LinkedHashMap<>();
        for (String name : List.of(CONFIG, SPECIAL_TOKENS)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                roles.putAll(TokenizerJson.readSpecialTokens(readText(file), file.toString()));
            }
        }
        return roles;
    }

    private static Tokenizer loadMarian(Path folder) {
        Vocabulary vocabulary = readVocabulary(folder.resolve(VOCAB_JSON));
        boolean separate = config(folder, CONFIG, "separate_vocabs").asBoolean(false);
        SpecialTokens customary = new SpecialTokens("<unk>", null, "<pad>", null, null, null, "</s>");
        try {
            return SentencePieceTokenizers.marian(
                    SentencePieceModel.read(folder.resolve(SOURCE_SPM)),
                    SentencePieceModel.read(folder.resolve(TARGET_SPM)),
                    vocabulary,
                    separate ? readVocabulary(folder.resolve(TARGET_VOCAB)) : vocabulary,
                    SpecialTokens.fromMap(roles(folder), customary));
        } catch (TokenizerException e) {
            throw new TokenizerException(folder + ": " + e.getMessage(), e);
        }
    }

    /** T5's sentinels are in no file, so something must say that this is T5. */
    private static Tokenizer loadSentencePiece(Path folder) {
        SentencePieceModel model = SentencePieceModel.read(folder.resolve(SPIECE));
        String type = config(folder, MODEL_CONFIG, "model_type").asString("");
        boolean t5 = T5_TYPES.contains(type)
                || config(folder, CONFIG, "tokenizer_class").asString("").matches("M?T5Tokenizer(Fast)?");
        if (!t5) {
            return SentencePieceTokenizers.of(model);
        }
        int extraIds = config(folder, CONFIG, "extra_ids").asInt(T5_EXTRA_IDS);
        return SentencePieceTokenizers.t5(model, extraIds);
    }

    /** A value of a configuration file, or a missing node if there is no such file or value. */
    private static JsonNode config(Path folder, String name, String key) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file)
                ? TokenizerJson.readTree(readText(file), file.toString()).path(key)
                : MissingNode.getInstance();
    }

    private static Vocabulary readVocabulary(Path file) {
        return TokenizerJson.readVocabulary(readText(file), file.toString());
    }

    private static Tokenizer loadWordPiece(Path vocabFile) {
        Vocabulary vocabulary = Vocabulary.of(readLines(vocabFile));
        if (vocabulary.size() == 0) {
            throw new TokenizerException(vocabFile + ": the vocabulary is empty; expected one token a line");
        }
        Path folder = Objects.requireNonNull(vocabFile.toAbsolutePath().getParent());
        boolean lowercase = config(folder, CONFIG, "do_lower_case").asBoolean(true);
        return lowercase ? Tokenizers.bertUncased(vocabulary) : Tokenizers.bertCased(vocabulary);
    }

    private static Tokenizer loadBpe(Path folder) {
        Path mergesFile = folder.resolve(MERGES);
        Vocabulary vocabulary = readVocabulary(folder.resolve(VOCAB_JSON));
        List<String> lines = readLines(mergesFile);
        List<Merge> merges = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isEmpty() || (i == 0 && line.startsWith("#version"))) {
                continue;
            }
            try {
                merges.add(Merge.parse(line));
            } catch (TokenizerException e) {
                throw new TokenizerException(mergesFile + " line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        try {
            Bpe model = new Bpe(vocabulary, merges, Bpe.Options.none());
            boolean roberta = List.of("<s>", "</s>", "<mask>").stream().allMatch(vocabulary::contains);
            return roberta ? Tokenizers.roberta(model) : Tokenizers.gpt2(model);
        } catch (TokenizerException e) {
            throw new TokenizerException(mergesFile + ": " + e.getMessage(), e);
        }
    }

    static void save(Tokenizer tokenizer, Path folder) {
        try {
            Files.createDirectories(folder);
            Map<String, String> roles = tokenizer.specialTokens().toMap();
            AtomicFile.writeString(folder.resolve(SPECIAL_TOKENS), TokenizerJson.writePretty(roles));
            AtomicFile.writeString(folder.resolve(CONFIG), TokenizerJson.writePretty(config(tokenizer, roles)));
            if (tokenizer.model() instanceof SentencePiece) {
                saveMarian(tokenizer, folder);
                return;
            }
            AtomicFile.writeString(folder.resolve(TOKENIZER), TokenizerJson.write(tokenizer));
            if (tokenizer.model() instanceof WordPiece wordPiece) {
                AtomicFile.writeString(folder.resolve(VOCAB_TXT), vocabTxt(wordPiece.vocabulary()));
            } else if (tokenizer.model() instanceof Bpe bpe) {
                AtomicFile.writeString(folder.resolve(VOCAB_JSON), TokenizerJson.writeCompact(bpe.vocabulary()));
                AtomicFile.writeString(
                        folder.resolve(MERGES),
                        bpe.merges().stream()
                                .map(merge -> merge.left() + " " + merge.right() + "\n")
                                .collect(Collectors.joining("", MERGES_HEADER + "\n", "")));
            }
        } catch (IOException e) {
            boolean typed = e instanceof FileSystemException; // these say what is wrong by their type
            throw new TokenizerException(
                    folder + ": cannot save the tokenizer: " + (typed ? e.toString() : e.getMessage()), e);
        }
    }

    private static void saveMarian(Tokenizer tokenizer, Path folder) throws IOException {
        Tokenizer targets = tokenizer.forTargets();
        writeModel(folder.resolve(SOURCE_SPM), tokenizer);
        writeModel(folder.resolve(TARGET_SPM), targets);
        AtomicFile.writeString(
                folder.resolve(VOCAB_JSON),
                TokenizerJson.writePretty(tokenizer.model().vocabulary()));
        if (hasSeparateVocabularies(tokenizer)) {
            AtomicFile.writeString(
                    folder.resolve(TARGET_VOCAB),
                    TokenizerJson.writePretty(targets.model().vocabulary()));
        }
    }

    private static void writeModel(Path file, Tokenizer marian) throws IOException {
        AtomicFile.write(
                file, out -> out.write(SentencePieceTokenizers.modelOf(marian).toBytes()));
    }

    private static boolean hasSeparateVocabularies(Tokenizer marian) {
        return marian.forTargets().model().vocabulary() != marian.model().vocabulary();
    }

    private static Map<String, Object> config(Tokenizer tokenizer, Map<String, String> roles) {
        Map<String, Object> config = new LinkedHashMap<>();
        if (tokenizer.model() instanceof SentencePiece) {
            config.put("separate_vocabs", hasSeparateVocabularies(tokenizer));
            config.put("tokenizer_class", "MarianTokenizer");
        } else if (tokenizer.normalizer() instanceof BertNormalizer bert) {
            config.put("do_lower_case", bert.lowercase());
            if (bert.stripAccents() != null) {
                config.put("strip_accents", bert.stripAccents());
            }
            config.put("tokenizer_class", "BertTokenizer");
        } else if (tokenizer.preTokenizer() instanceof ByteLevel byteLevel && tokenizer.normalizer() == null) {
            config.put("add_prefix_space", byteLevel.addPrefixSpace());
            config.put(
                    "tokenizer_class",
                    tokenizer.postProcessor() instanceof RobertaProcessing ? "RobertaTokenizer" : "GPT2Tokenizer");
        } else {
            config.put("tokenizer_class", "PreTrainedTokenizerFast");
        }
        config.putAll(roles);
        return config;
    }

    /** A line a token; ids are line numbers, so a gap in the ids is an empty line. */
    private static String vocabTxt(Vocabulary vocabulary) {
        StringBuilder lines = new StringBuilder();
        for (int id = 0; id < vocabulary.idBound(); id++) {
            lines.append(Objects.requireNonNullElse(vocabulary.token(id), "")).append('\n');
        }
        return lines.toString();
    }

    private static String readText(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new TokenizerException(file + ": not valid UTF-8", e);
        } catch (IOException e) {
            throw new TokenizerException(file + ": cannot be read: " + e, e);
        }
    }

    /** Lines without their ends; only LF and CRLF end a line, since a token may hold other separators. */
    private static List<String> readLines(Path file) {
        String text = readText(file);
        List<String> lines = new ArrayList<>();
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end;
            lines.add(text.substring(from, to > from && text.charAt(to - 1) == '\r' ? to - 1 : to));
            from = to + 1;
        }
        return lines;
    }
}
