package io.transformer4j.data;

import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A {@link Tokenizer} as the source of ids. */
final class TokenizerEncoder implements TextEncoder {
    private final Tokenizer tokenizer;
    private final SpecialTokens special;
    private final Fingerprint fingerprint;

    TokenizerEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        special = new SpecialTokens(
                orAbsent(tokenizer.padTokenId()),
                orAbsent(tokenizer.unkTokenId()),
                orAbsent(tokenizer.clsTokenId()),
                orAbsent(tokenizer.sepTokenId()),
                orAbsent(tokenizer.maskTokenId()),
                orAbsent(tokenizer.eosTokenId()));
        fingerprint = fingerprint(tokenizer);
    }

    @Override
    public int[] encode(String text) {
        return tokenizer.encodeToIds(text, false);
    }

    @Override
    public int vocabSize() {
        return tokenizer.vocabSize();
    }

    @Override
    public boolean continuesWord(int id) {
        // ids without a token are possible where added tokens begin at a round number
        return tokenizer.model().vocabulary().token(id) != null && tokenizer.continuesWord(id);
    }

    @Override
    public SpecialTokens specialTokens() {
        return special;
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    private static int orAbsent(OptionalInt id) {
        return id.orElse(SpecialTokens.ABSENT);
    }

    /** Of {@code tokenizer.json}, which holds everything that decides about ids. */
    private static Fingerprint fingerprint(Tokenizer tokenizer) {
        try {
            Path folder = Files.createTempDirectory("tokenizer");
            try {
                tokenizer.save(folder);
                return Fingerprint.of(Files.readAllBytes(folder.resolve("tokenizer.json")));
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new DataException(
                    "the tokenizer cannot be written to a temporary folder (" + e.getMessage() + ")", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
