package io.transformer4j.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Token caches for tests. */
final class Caches {
    static final LetterEncoder ENCODER = new LetterEncoder();

    private Caches() {}

    /** Documents of sentences, without the segmentation's judgement. */
    static TokenCache of(Path folder, List<List<String>> documents) {
        StringBuilder text = new StringBuilder();
        for (List<String> document : documents) {
            text.append(String.join("\n", document)).append("\n\n");
        }
        try {
            Path file = Files.createTempFile(folder, "text", ".txt");
            Files.writeString(file, text);
            CorpusOptions options =
                    CorpusOptions.builder().segmentation(Segmentation.LINES).build();
            return TokenCacheBuilder.of(Corpus.of(List.of(file.toString()), options), ENCODER)
                    .threads(1)
                    .openOrBuild(file.resolveSibling(file.getFileName() + ".tokens"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sentences that name their place: document letters, then sentence letters. */
    static List<List<String>> numbered(int documents, int sentences) {
        SplitMix64 random = new SplitMix64(documents, sentences);
        List<List<String>> result = new ArrayList<>();
        for (int d = 0; d < documents; d++) {
            List<String> document = new ArrayList<>();
            for (int s = 0, count = 1 + random.nextInt(2 * sentences - 1); s < count; s++) {
                String place = "d" + d + "s" + s;
                document.add((place + " ").repeat(1 + random.nextInt(4)).strip());
            }
            result.add(document);
        }
        return result;
    }

    /** All tokens of a cache, document by document. */
    static List<int[]> tokens(TokenCache cache) {
        List<int[]> documents = new ArrayList<>();
        for (long d = 0; d < cache.documents(); d++) {
            long start = cache.segmentStart(cache.documentStart(d));
            int[] ids = new int[(int) (cache.segmentStart(cache.documentStart(d + 1)) - start)];
            cache.read(start, ids, 0, ids.length);
            documents.add(ids);
        }
        return documents;
    }
}
