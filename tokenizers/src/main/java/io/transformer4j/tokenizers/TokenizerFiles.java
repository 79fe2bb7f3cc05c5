package io.transformer4j.tokenizers;

import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.Merge;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.BertNormalizer;
import io.transformer4j.tokenizers.postprocessors.RobertaProcessing;
import io.transformer4j.tokenizers.pretokenizers.ByteLevel;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The files of a tokenizer in a model folder. */
final class TokenizerFiles {

    static final String TOKENIZER = "tokenizer.json";
    static final String CONFIG = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String VOCAB_TXT = "vocab.txt";
    static final String VOCAB_JSON = "vocab.json";
    static final String MERGES = "merges.txt";

    private static final String MERGES_HEADER = "#version: 0.2";

    private TokenizerFiles() {}

    static Tokenizer load(Path path) {
        if (Files.isRegularFile(path)) {
            Path folder = path.toAbsolutePath().getParent();
            return path.getFileName().toString().endsWith(".txt")
                    ? loadWordPiece(path)
                    : withRoles(TokenizerJson.read(readText(path), path.toString()), Objects.requireNonNull(folder));
        }
        if (Files.isRegularFile(path.resolve(TOKENIZER))) {
            Path file = path.resolve(TOKENIZER);
            return withRoles(TokenizerJson.read(readText(file), file.toString()), path);
        }
        if (Files.isRegularFile(path.resolve(VOCAB_JSON)) && Files.isRegularFile(path.resolve(MERGES))) {
            return withRoles(loadBpe(path), path);
        }
        if (Files.isRegularFile(path.resolve(VOCAB_TXT))) {
            return withRoles(loadWordPiece(path.resolve(VOCAB_TXT)), path);
        }
        throw new TokenizerException(path + ": no tokenizer here; expected a tokenizer.json, or a folder with "
                + TOKENIZER + ", or with " + VOCAB_JSON + " and " + MERGES + ", or with " + VOCAB_TXT);
    }

    private static Tokenizer withRoles(Tokenizer tokenizer, Path folder) {
        Map<String, String> roles = new LinkedHashMap<>();
        for (String name : List.of(CONFIG, SPECIAL_TOKENS)) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                roles.putAll(TokenizerJson.readSpecialTokens(readText(file), file.toString()));
            }
        }
        return roles.isEmpty()
                ? tokenizer
                : tokenizer.toBuilder()
                        .specialTokens(SpecialTokens.fromMap(roles, tokenizer.specialTokens()))
                        .build();
    }

    private static Tokenizer loadWordPiece(Path vocabFile) {
        Vocabulary vocabulary = Vocabulary.of(readLines(vocabFile));
        if (vocabulary.size() == 0) {
            throw new TokenizerException(vocabFile + ": the vocabulary is empty; expected one token a line");
        }
        Path config = vocabFile.resolveSibling(CONFIG);
        boolean lowercase =
                !Files.isRegularFile(config) || TokenizerJson.readLowercase(readText(config), config.toString());
        return lowercase ? Tokenizers.bertUncased(vocabulary) : Tokenizers.bertCased(vocabulary);
    }

    private static Tokenizer loadBpe(Path folder) {
        Path vocabFile = folder.resolve(VOCAB_JSON);
        Path mergesFile = folder.resolve(MERGES);
        Vocabulary vocabulary = TokenizerJson.readVocabulary(readText(vocabFile), vocabFile.toString());
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
            write(folder.resolve(TOKENIZER), TokenizerJson.write(tokenizer));
            Map<String, String> roles = tokenizer.specialTokens().toMap();
            write(folder.resolve(SPECIAL_TOKENS), TokenizerJson.writePretty(roles));
            write(folder.resolve(CONFIG), TokenizerJson.writePretty(config(tokenizer, roles)));
            if (tokenizer.model() instanceof WordPiece wordPiece) {
                write(folder.resolve(VOCAB_TXT), vocabTxt(wordPiece.vocabulary()));
            } else if (tokenizer.model() instanceof Bpe bpe) {
                write(folder.resolve(VOCAB_JSON), TokenizerJson.writeCompact(bpe.vocabulary()));
                write(
                        folder.resolve(MERGES),
                        bpe.merges().stream()
                                .map(merge -> merge.left() + " " + merge.right() + "\n")
                                .collect(Collectors.joining("", MERGES_HEADER + "\n", "")));
            }
        } catch (IOException e) {
            throw new TokenizerException(folder + ": cannot save the tokenizer: " + e, e);
        }
    }

    private static Map<String, Object> config(Tokenizer tokenizer, Map<String, String> roles) {
        Map<String, Object> config = new LinkedHashMap<>();
        if (tokenizer.normalizer() instanceof BertNormalizer bert) {
            config.put("do_lower_case", bert.lowercase());
            config.put("tokenizer_class", "BertTokenizer");
        } else if (tokenizer.preTokenizer() instanceof ByteLevel byteLevel) {
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

    /** Writes a file so that it is there complete or not at all, even after a crash. */
    private static void write(Path file, String content) throws IOException {
        Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), "." + file.getFileName(), ".tmp");
        try {
            Files.writeString(temporary, content, StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
