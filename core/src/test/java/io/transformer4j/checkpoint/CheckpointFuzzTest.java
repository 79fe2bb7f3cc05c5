package io.transformer4j.checkpoint;

import static io.transformer4j.checkpoint.RawSafetensors.file;
import static io.transformer4j.checkpoint.RawSafetensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * 130,000 damaged files: each is read, or refused in one sentence, and costs no more memory than a file of its size may. What
 * was read must be readable to its last byte.
 */
class CheckpointFuzzTest {
    private static final long SEED = 20_261_122;
    private static final int HEADERS = 100_000;
    private static final int FILES = 5_000;
    private static final int CONFIGS = 20_000;
    private static final int INDEXES = 5_000;
    // What class loading and the JSON parser's buffers may take now and then; an attack would be after gigabytes.
    private static final long BASE_BYTES = 1 << 20;
    private static final long BYTES_PER_BYTE = 100;

    private static final List<byte[]> SEEDS = List.of(
            file("{\"a\":" + tensor("F32", "[2,3]", "[0,24]") + ",\"b\":" + tensor("I64", "[]", "[24,32]") + "}  ", 32),
            file("{\"__metadata__\":{\"format\":\"pt\"},\"e\":" + tensor("F16", "[0]", "[0,0]") + "}", 0),
            file(
                    "{\"x.weight\":" + tensor("U8", "[1]", "[0,1]") + ",\"y\":" + tensor("BF16", "[4]", "[1,9]")
                            + ",\"z\":" + tensor("BOOL", "[1,1,1]", "[9,10]") + "}",
                    10));
    private static final String CONFIG = """
            {"architectures": ["A"], "hidden_act": "gelu", "hidden_size": 768, "id2label": {"0": "no"}, "is_decoder": false,
             "layer_norm_eps": 1e-05, "n_inner": null, "num_attention_heads": 12, "x": {"y": [1, 2.5, null]}}""";
    private static final String INDEX =
            "{\"metadata\": {\"total_size\": 24}, \"weight_map\": {\"a\": \"s\", \"b\": \"s\"}}";

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Mutator mutator = new Mutator(SEED);
    private int accepted;

    @TempDir
    Path folder;

    @Test
    void headers(TestReporter reporter) {
        RawSafetensors.parse(SEEDS.get(0)); // loads the classes, here and below
        for (int i = 0; i < HEADERS; i++) {
            byte[] mutant = mutator.mutateFile(SEEDS.get(i % SEEDS.size()));
            attempt(i, mutant, () -> RawSafetensors.parse(mutant));
        }
        report(reporter, HEADERS);
    }

    @Test
    void files(TestReporter reporter) throws IOException {
        Path path = folder.resolve("m.safetensors");
        Files.write(path, SEEDS.get(0));
        readEverything(path);
        for (int i = 0; i < FILES; i++) {
            byte[] mutant = mutator.mutateFile(SEEDS.get(i % SEEDS.size()));
            Files.delete(path); // ext4 syncs what is overwritten
            Files.write(path, mutant);
            attempt(i, mutant, () -> readEverything(path));
        }
        report(reporter, FILES);
    }

    @Test
    void configurations(TestReporter reporter) {
        readWriteAndReadAgain(CONFIG.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < CONFIGS; i++) {
            byte[] mutant = mutator.mutate(CONFIG.getBytes(StandardCharsets.UTF_8));
            attempt(i, mutant, () -> readWriteAndReadAgain(mutant));
        }
        report(reporter, CONFIGS);
    }

    @Test
    void indexes(TestReporter reporter) throws IOException {
        Files.write(folder.resolve("s"), SEEDS.get(0));
        Path path = folder.resolve("model.safetensors.index.json");
        Files.writeString(path, INDEX);
        CheckpointReader.open(folder).close();
        for (int i = 0; i < INDEXES; i++) {
            byte[] mutant = mutator.mutate(INDEX.getBytes(StandardCharsets.UTF_8));
            Files.delete(path); // ext4 syncs what is overwritten
            Files.write(path, mutant);
            attempt(i, mutant, () -> CheckpointReader.open(folder).close());
        }
        report(reporter, INDEXES);
    }

    private static void readEverything(Path path) {
        try (PointerScope scope = new PointerScope();
                SafetensorsFile file = SafetensorsFile.open(path)) {
            for (TensorInfo info : file.tensors().values()) {
                NativeTensors.write(file.tensor(info.name()), OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new AssertionError("a stream that takes everything has failed", e);
        }
    }

    private static void readWriteAndReadAgain(byte[] json) {
        Path path = Path.of("config.json");
        ExampleConfig config = ConfigJson.bind(path, JsonTree.parse(path, json), ExampleConfig.class);
        byte[] again = ConfigJson.text(config).getBytes(StandardCharsets.UTF_8);
        assertThat(ConfigJson.bind(path, JsonTree.parse(path, again), ExampleConfig.class))
                .isEqualTo(config);
    }

    private void attempt(int number, byte[] input, Runnable reading) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            reading.run();
            accepted++;
        } catch (CheckpointException e) {
            assertThat(e.getMessage().lines()).as(() -> name(number, input)).hasSize(1);
            assertThat(e.getMessage()).as(() -> name(number, input)).hasSizeLessThan(1000);
        } catch (Throwable e) {
            throw new AssertionError(name(number, input), e);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as(() -> name(number, input)).isLessThan(BASE_BYTES + BYTES_PER_BYTE * input.length);
    }

    /** Enough to make the input again, and the input itself. */
    private static String name(int number, byte[] input) {
        return "seed " + SEED + ", input " + number + ": " + HexFormat.of().formatHex(input) + " = "
                + new String(input, StandardCharsets.UTF_8);
    }

    private void report(TestReporter reporter, int tried) {
        reporter.publishEntry("seed " + SEED, accepted + " of " + tried + " were still legal");
        assertThat(accepted).as("both sides are exercised").isBetween(tried / 200, tried / 2);
    }
}
