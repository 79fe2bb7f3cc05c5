package io.transformer4j.benchmarks.tokenizers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.trainers.BpeTrainer;
import io.transformer4j.tokenizers.trainers.WordPieceTrainer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Seconds to learn a vocabulary of 30,000 from a text file, reading it included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TrainBenchmark {

    @Param("")
    public String text = "";

    @Param("1")
    public int threads = 1;

    @Benchmark
    public int wordPiece() {
        return WordPieceTrainer.builder()
                .vocabSize(30_000)
                .threads(threads)
                .build()
                .train(List.of(Path.of(text)), ProgressListener.NONE)
                .vocabSize();
    }

    @Benchmark
    public int bpe() {
        return BpeTrainer.builder()
                .vocabSize(30_000)
                .threads(threads)
                .build()
                .train(List.of(Path.of(text)), ProgressListener.NONE)
                .vocabSize();
    }
}
