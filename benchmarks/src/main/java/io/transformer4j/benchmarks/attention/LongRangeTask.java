package io.transformer4j.benchmarks.attention;

import io.transformer4j.data.DataException;
import io.transformer4j.data.Dataset;
import io.transformer4j.data.Example;
import io.transformer4j.data.ListOps;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Sequences to classify by what stands anywhere in them. Token 0 starts each; the class is in the place of {@link
 * Example#nextSentenceLabel}, from where a sequence classifier gets its labels.
 *
 * @param vocabulary number of token ids
 * @param classes number of classes
 * @param maxLength most tokens of a sequence
 */
record LongRangeTask(String name, int vocabulary, int classes, int maxLength, Dataset train, List<Example> test) {
    private static final int TRAINING_EXAMPLES = 1 << 20;
    private static final int TEST_EXAMPLES = 500;
    private static final int BYTES = 256;

    /** ListOps of 500 to 2,000 tokens (Tay et al. 2021). Training examples are drawn without end. */
    static LongRangeTask listOps(long seed) {
        ListOps generator = ListOps.LONG_RANGE_ARENA;
        List<Example> test = new ArrayList<>();
        for (int i = 0; i < TEST_EXAMPLES; i++) {
            test.add(example(i, generator.get(seed + 1, i)));
        }
        Dataset train = new Dataset() {
            @Override
            public long size() {
                return TRAINING_EXAMPLES;
            }

            @Override
            public Example get(int epoch, long index) {
                return example(index, generator.get(seed, index));
            }
        };
        return new LongRangeTask(
                "listops", 1 + ListOps.VOCABULARY.size(), ListOps.CLASSES, 1 + generator.maxLength(), train, test);
    }

    private static Example example(long index, ListOps.Expression expression) {
        return example(index, expression.tokens(), expression.value());
    }

    private static Example example(long index, int[] ids, int label) {
        int[] tokens = new int[ids.length + 1];
        for (int i = 0; i < ids.length; i++) {
            tokens[i + 1] = ids[i] + 1;
        }
        return new Example(index, tokens, new int[tokens.length], null, label);
    }

    /**
     * Which author wrote a passage, byte by byte. Authors with several books in {@code folder} ({@code author-title.txt.gz});
     * the last book of each, which no training passage is from, is the test.
     *
     * @param length bytes of a passage
     */
    static LongRangeTask authors(Path folder, int length, long seed) throws IOException {
        Map<String, List<Path>> books = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.toString().endsWith(".txt.gz"))
                    .sorted()
                    .forEach(file -> books.computeIfAbsent(author(file), name -> new ArrayList<>())
                            .add(file));
        }
        books.remove("bronte"); // two sisters
        books.values().removeIf(own -> own.size() < 2);
        if (books.size() < 2) {
            throw new DataException(folder + " has no two authors with two books (author-title.txt.gz) each");
        }
        List<byte[]> train = new ArrayList<>();
        List<Example> test = new ArrayList<>();
        for (List<Path> own : books.values()) {
            int label = train.size();
            train.add(concatenated(own.subList(0, own.size() - 1)));
            byte[] last = concatenated(own.subList(own.size() - 1, own.size()));
            int each = TEST_EXAMPLES / books.size();
            for (int i = 0; i < each; i++) {
                int start = (int) ((long) i * (last.length - length) / each);
                test.add(example(test.size(), passage(last, start, length), label));
            }
        }
        Dataset passages = new Dataset() {
            @Override
            public long size() {
                return TRAINING_EXAMPLES;
            }

            @Override
            public Example get(int epoch, long index) {
                int label = (int) (index % train.size());
                byte[] text = train.get(label);
                int start = new SplittableRandom(seed ^ (index * 0x9E3779B97F4A7C15L)).nextInt(text.length - length);
                return example(index, passage(text, start, length), label);
            }
        };
        return new LongRangeTask("authors", 1 + BYTES, books.size(), 1 + length, passages, test);
    }

    private static String author(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.indexOf('-'));
    }

    private static byte[] concatenated(List<Path> files) throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                all.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static int[] passage(byte[] text, int start, int length) {
        int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = Byte.toUnsignedInt(text[start + i]);
        }
        return ids;
    }
}
