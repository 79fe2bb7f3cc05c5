package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.models.Merge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The training loop that BPE and WordPiece share (Sennrich et al. 2016, algorithm 1): merge the commonest pair of neighbours in all words,
 * until the vocabulary is full.
 *
 * <p>Each pair keeps its count and the words that hold it; a merge touches only those words and corrects the counts of the pairs at its
 * edges. The commonest pair comes from a heap whose entries are brought up to date when they surface. Of equally common pairs the one of
 * the smaller ids wins, which makes the result the same in every run and the same as Hugging Face's.
 */
final class PairMerger {

    private static final int REPORT_EVERY = 64;

    private final TrainingSettings settings;
    private final List<Integer> initialAlphabet;
    private final String continuingSubwordPrefix;
    private final ProgressListener progress;
    private final List<String> tokens = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<Merge> merges = new ArrayList<>();

    // The words: symbols of word w are symbols[starts[w], starts[w] + lengths[w]).
    private int[] symbols = new int[1 << 12];
    private int[] starts = {};
    private int[] lengths = {};
    private long[] counts = {};

    private final PairTable pairs = new PairTable();
    private final PairHeap heap = new PairHeap(pairs);
    private int[] touched = new int[64]; // pairs that the current merge made or made commoner
    private int touchedCount;

    /**
     * @param initialAlphabet code points that become tokens even if the words don't hold them
     * @param continuingSubwordPrefix what marks tokens that don't begin a word
     */
    PairMerger(
            TrainingSettings settings,
            List<Integer> initialAlphabet,
            String continuingSubwordPrefix,
            ProgressListener progress) {
        this.settings = settings;
        this.initialAlphabet = initialAlphabet;
        this.continuingSubwordPrefix = continuingSubwordPrefix;
        this.progress = progress;
    }

    /** Tokens in the order of their ids. */
    List<String> tokens() {
        return tokens;
    }

    List<Merge> merges() {
        return merges;
    }

    void train(Map<String, Long> wordCounts) {
        settings.specialTokens().forEach(this::idOf);
        addAlphabet(wordCounts);
        addWords(wordCounts);
        countPairs();
        mergePairs();
    }

    private int idOf(String token) {
        Integer id = ids.get(token);
        if (id == null) {
            id = tokens.size();
            ids.put(token, id);
            tokens.add(token);
        }
        return id;
    }

    /** The commonest characters, numbered in the order of their code points. */
    private void addAlphabet(Map<String, Long> wordCounts) {
        Map<Integer, Long> frequencies = Alphabet.frequencies(wordCounts);
        initialAlphabet.forEach(c -> frequencies.put(c, Long.MAX_VALUE));
        Alphabet.commonest(frequencies, settings.limitAlphabet()).stream()
                .sorted()
                .forEach(c -> idOf(Character.toString(c)));
    }

    private void addWords(Map<String, Long> wordCounts) {
        starts = new int[wordCounts.size()];
        lengths = new int[wordCounts.size()];
        counts = new long[wordCounts.size()];
        Map<String, Integer> alphabet = new LinkedHashMap<>(ids);
        int word = 0;
        int used = 0;
        for (Map.Entry<String, Long> entry : wordCounts.entrySet()) {
            int[] codePoints = entry.getKey().codePoints().toArray();
            if (codePoints.length > settings.maxWordLength()) {
                continue;
            }
            starts[word] = used;
            counts[word] = entry.getValue();
            if (used + codePoints.length > symbols.length) {
                symbols = Arrays.copyOf(symbols, Math.max(2 * symbols.length, used + codePoints.length));
            }
            for (int i = 0; i < codePoints.length; i++) {
                String symbol = Character.toString(codePoints[i]);
                if (alphabet.containsKey(symbol)) {
                    symbols[used++] = idOf(i > 0 ? continuingSubwordPrefix + symbol : symbol);
                }
            }
            lengths[word] = used - starts[word];
            word++;
        }
        starts = Arrays.copyOf(starts, word);
    }

    private void countPairs() {
        progress.stage("count pairs");
        for (int word = 0; word < starts.length; word++) {
            int end = starts[word] + lengths[word];
            for (int i = starts[word]; i + 1 < end; i++) {
                int pair = pairs.find(symbols[i], symbols[i + 1]);
                pairs.addCount(pair, counts[word]);
                pairs.addWord(pair, word);
            }
            if (word % (REPORT_EVERY << 8) == 0) {
                progress.update(word, starts.length, "");
            }
        }
        for (int pair = 0; pair < pairs.size(); pair++) {
            heap.add(pair);
        }
    }

    private void mergePairs() {
        progress.stage("merge");
        while (tokens.size() < settings.vocabSize()) {
            int pair = heap.poll();
            if (pair < 0 || pairs.count(pair) < Math.max(1, settings.minFrequency())) {
                break;
            }
            merge(pair);
            if (tokens.size() % REPORT_EVERY == 0) {
                progress.update(tokens.size(), settings.vocabSize(), "");
            }
        }
        progress.update(tokens.size(), tokens.size(), "");
    }

    private void merge(int pair) {
        int left = pairs.left(pair);
        int right = pairs.right(pair);
        String second = tokens.get(right);
        int merged = idOf(tokens.get(left)
                + (second.startsWith(continuingSubwordPrefix)
                        ? second.substring(continuingSubwordPrefix.length())
                        : second));
        if (pairs.markMerged(pair)) {
            merges.add(new Merge(tokens.get(left), second));
        }
        touchedCount = 0;
        int[] words = pairs.takeWords(pair);
        int count = pairs.takenWords();
        for (int i = 0; i < count; i++) {
            mergeInWord(words[i], left, right, merged);
        }
        pairs.setCount(pair, 0);
        for (int i = 0; i < touchedCount; i++) {
            pairs.clearTouched(touched[i]);
            heap.add(touched[i]);
        }
    }

    private void mergeInWord(int word, int left, int right, int merged) {
        int start = starts[word];
        int end = start + lengths[word];
        long count = counts[word];
        int out = start;
        int i = start;
        while (i < end) {
            if (symbols[i] != left || i + 1 >= end || symbols[i + 1] != right) {
                symbols[out++] = symbols[i++];
                continue;
            }
            if (out > start) {
                pairs.addCount(pairs.find(symbols[out - 1], left), -count);
                enter(pairs.find(symbols[out - 1], merged), word, count);
            }
            if (i + 2 < end) {
                pairs.addCount(pairs.find(right, symbols[i + 2]), -count);
                enter(pairs.find(merged, symbols[i + 2]), word, count);
            }
            symbols[out++] = merged;
            i += 2;
        }
        lengths[word] = out - start;
    }

    private void enter(int pair, int word, long count) {
        pairs.addCount(pair, count);
        pairs.addWord(pair, word);
        if (pairs.markTouched(pair)) {
            if (touchedCount == touched.length) {
                touched = Arrays.copyOf(touched, 2 * touchedCount);
            }
            touched[touchedCount++] = pair;
        }
    }
}
