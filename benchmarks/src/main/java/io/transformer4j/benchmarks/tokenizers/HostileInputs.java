package io.transformer4j.benchmarks.tokenizers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.tokenizers.models.WordLevel;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.normalizers.Nfc;
import io.transformer4j.tokenizers.normalizers.Nfkd;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.UnigramTrainer;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long inputs take on which quadratic work would never end, and a tenth of them: prints a row of {@code docs/results/tokenizers.md} for
 * each. Argument: millions of characters of the long word; a tenth of that is the line of combining marks.
 *
 * <p>Each is decoded again where the model can write any text, and must come back unchanged but for surrogates.
 */
public final class HostileInputs {

    private static final String SAMPLE = "a aa aaa abab the their e\u0301\u0300 ab";

    private HostileInputs() {}

    /** See the class. */
    public static void main(String[] args) {
        int length = Integer.parseInt(args[0]) * 1_000_000;
        System.out.println("| input | tokenizer | CPU seconds | for a tenth of it | tokens |");
        System.out.println("|---|---|---|---|---|");
        Map<String, Tokenizer> tokenizers = tokenizers(length);
        String word = "ab".repeat(length / 2);
        tokenizers.forEach((name, tokenizer) -> run("one word", name, tokenizer, word));
        String marks = marks(length / 10 / 2); // two bytes each
        tokenizers.forEach((name, tokenizer) -> run("combining marks", name, tokenizer, marks));
        Tokenizer bytes = tokenizers.get("BPE, byte-level");
        run(
                "combining marks",
                "NFC, BPE",
                bytes.toBuilder().normalizer(new Nfc()).build(),
                marks);
        run(
                "combining marks",
                "NFKD, BPE",
                bytes.toBuilder().normalizer(new Nfkd()).build(),
                marks);
        String surrogates = "a\ud83d".repeat(length / 20);
        run("lone surrogates", "BPE, byte-level", bytes, surrogates);
        run("lone surrogates", "WordPiece, uncased", tokenizers.get("WordPiece, uncased"), surrogates);
    }

    private static Map<String, Tokenizer> tokenizers(int length) {
        Tokenizer wordPiece =
                WordPieceTrainer.builder().vocabSize(60).minFrequency(1).build().train(sample(), ProgressListener.NONE);
        Vocabulary vocabulary = wordPiece.model().vocabulary();
        Tokenizer bpe =
                BpeTrainer.builder().vocabSize(280).minFrequency(1).build().train(sample(), ProgressListener.NONE);
        Tokenizer unigram = UnigramTrainer.builder().vocabSize(24).build().train(sample(), ProgressListener.NONE);
        Map<String, Tokenizer> tokenizers = new LinkedHashMap<>();
        tokenizers.put("WordPiece, uncased", wordPiece);
        tokenizers.put(
                "WordPiece, words of any length",
                wordPiece.toBuilder()
                        .model(new WordPiece(vocabulary, "[UNK]", "##", length))
                        .build());
        tokenizers.put("BPE, byte-level", bpe);
        tokenizers.put(
                "BPE, stage by stage", // a normalizer, even one that does nothing here, keeps the stages apart
                bpe.toBuilder()
                        .normalizer(new io.transformer4j.tokenizers.normalizers.Sequence(List.of()))
                        .build());
        tokenizers.put("Unigram", unigram);
        tokenizers.put(
                "WordLevel",
                Tokenizer.builder()
                        .model(new WordLevel(Vocabulary.of(List.of("?")), "?"))
                        .build());
        return tokenizers;
    }

    private static Stream<String> sample() {
        return Stream.generate(() -> SAMPLE).limit(5);
    }

    private static String marks(int count) {
        return "e"
                + new Random(5)
                        .ints(count, 0x300, 0x370)
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining());
    }

    private static void run(String input, String name, Tokenizer tokenizer, String text) {
        long start = cpuNanos();
        tokenizer.encodeToIds(text.substring(0, text.length() / 10), false);
        long between = cpuNanos();
        int[] ids = tokenizer.encodeToIds(text, false);
        long end = cpuNanos();
        if (name.startsWith("BPE") && !tokenizer.decode(ids, false).equals(text.replace('\ud83d', '\ufffd'))) {
            throw new IllegalStateException(name + " lost a part of the " + input);
        }
        System.out.printf(
                Locale.ROOT,
                "| %s, %d million characters | %s | %.2f | %.2f | %,d |%n",
                input,
                text.length() / 1_000_000,
                name,
                (end - between) / 1e9,
                (between - start) / 1e9,
                ids.length);
    }

    /** Of this thread, so that other work on the machine doesn't count. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
