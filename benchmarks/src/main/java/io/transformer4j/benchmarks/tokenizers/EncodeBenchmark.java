package io.transformer4j.benchmarks.tokenizers;

import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Seconds to encode all lines of a text file, in batches of {@link #BATCH} lines as the peer gets them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class EncodeBenchmark {

    static final int BATCH = 10_000;

    @Param("")
    public String tokenizerPath = "";

    @Param("")
    public String text = "";

    private Tokenizer tokenizer;
    private List<String> lines;

    @Setup
    public void load() throws IOException {
        tokenizer = Tokenizer.load(Path.of(tokenizerPath));
        lines = Files.readAllLines(Path.of(text));
    }

    /** Full encodings, one after the other, on the calling thread. */
    @Benchmark
    public long encodings() {
        long tokens = 0;
        for (String line : lines) {
            tokens += tokenizer.encode(line).length();
        }
        return tokens;
    }

    /** Ids alone, on the calling thread. */
    @Benchmark
    public long ids() {
        long tokens = 0;
        for (String line : lines) {
            tokens += tokenizer.encodeToIds(line, true).length;
        }
        return tokens;
    }

    /** Full encodings by batches, on all processors. */
    @Benchmark
    public long batches() {
        long tokens = 0;
        for (int from = 0; from < lines.size(); from += BATCH) {
            List<String> batch = lines.subList(from, Math.min(lines.size(), from + BATCH));
            for (Encoding encoding : tokenizer.encodeBatch(batch, EncodeOptions.defaults())) {
                tokens += encoding.length();
            }
        }
        return tokens;
    }
}
