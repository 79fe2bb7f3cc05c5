package io.transformer4j.tokenizers.trainers;

import io.transformer4j.tokenizers.WordSplitter;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** From texts to merges: counting, then merging. */
record Training(TrainingSettings settings, WordSplitter splitter) {

    PairMerger run(Iterator<String> texts, ProgressListener progress) {
        Map<String, Long> words = new WordCounter(splitter, settings.threads(), progress).count(texts);
        if (words.isEmpty()) {
            throw new TokenizerException("there is nothing to train on: the text has no words");
        }
        PairMerger merger = new PairMerger(settings, progress);
        merger.train(words);
        return merger;
    }

    PairMerger run(List<Path> files, ProgressListener progress) {
        try (TextFiles lines = new TextFiles(files)) {
            return run(lines, progress);
        } catch (IOException | UncheckedIOException e) {
            throw new TokenizerException("cannot read the training text: " + e.getMessage(), e);
        }
    }
}
