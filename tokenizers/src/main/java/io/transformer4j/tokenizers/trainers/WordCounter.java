package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.WordSplitter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts the words of texts on several threads, each with its own table; the sums don't depend on who counted what. */
final class WordCounter {

    private static final int BATCH_CHARS = 1 << 18;

    private final WordSplitter splitter;
    private final int threads;
    private final ProgressListener progress;

    WordCounter(WordSplitter splitter, int threads, ProgressListener progress) {
        this.splitter = splitter;
        this.threads = threads;
        this.progress = progress;
    }

    /** Words in the order of their UTF-16 units, with their counts. */
    Map<String, Long> count(Iterator<String> texts) {
        Batches batches = new Batches(texts);
        Map<String, Long> totals = new TreeMap<>();
        Workers.run(threads, () -> countBatches(batches)).forEach(counts -> counts.addTo(totals));
        return totals;
    }

    private WordCounts countBatches(Batches batches) {
        WordCounts counts = new WordCounts();
        for (List<String> batch = batches.next(); !batch.isEmpty(); batch = batches.next()) {
            batch.forEach(text -> splitter.split(text, counts));
        }
        return counts;
    }

    /** Hands out texts in portions big enough that the lock doesn't matter. */
    private final class Batches {

        private final Iterator<String> texts;
        private long chars;

        Batches(Iterator<String> texts) {
            this.texts = texts;
        }

        synchronized List<String> next() {
            List<String> batch = new ArrayList<>();
            int size = 0;
            while (size < BATCH_CHARS && texts.hasNext()) {
                String text = texts.next();
                batch.add(text);
                size += text.length() + 1;
                chars += text.length();
            }
            progress.update(chars, ProgressListener.UNKNOWN, "");
            return batch;
        }
    }
}
