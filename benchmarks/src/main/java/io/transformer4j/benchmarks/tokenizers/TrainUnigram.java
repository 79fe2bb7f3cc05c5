package io.transformer4j.benchmarks.tokenizers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.trainers.UnigramTrainer;
import java.nio.file.Path;
import java.util.List;

/** Trains a unigram vocabulary for {@code unigram.py} and prints the seconds it took. */
public final class TrainUnigram {

    private TrainUnigram() {}

    /** {@code args}: text file, folder for the tokenizer, vocabulary size, threads. */
    public static void main(String[] args) {
        UnigramTrainer trainer = UnigramTrainer.builder()
                .vocabSize(Integer.parseInt(args[2]))
                .threads(Integer.parseInt(args[3]))
                .build();
        long start = System.nanoTime();
        Tokenizer tokenizer = trainer.train(List.of(Path.of(args[0])), ProgressListener.NONE);
        System.out.println((System.nanoTime() - start) / 1e9);
        tokenizer.save(Path.of(args[1]));
    }
}
