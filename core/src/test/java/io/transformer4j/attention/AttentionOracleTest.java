package io.transformer4j.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.nn.Dropout;
import io.transformer4j.nn.Initializer;
import io.transformer4j.nn.Parameter;
import io.transformer4j.testing.SharedFiles;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.Torch;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * All kernels against dense definitions computed in float64: outputs within 1e-5, gradients within 1e-4. Every {@code out}
 * that a reference file holds is a test.
 */
class AttentionOracleTest {
    private static final double OUTPUT_TOLERANCE = 1e-5;
    private static final double GRADIENT_TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> kernels() throws IOException {
        Path folder = SharedFiles.require("oracles/attention");
        Torch.initialize();
        List<DynamicTest> tests = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.safetensors")) {
            for (Path file : files) {
                try (SafetensorsFile open = SafetensorsFile.open(file)) {
                    open.names().stream()
                            .filter(name -> name.endsWith("/out") || name.endsWith("/out_stabilised"))
                            .sorted()
                            .forEach(name -> tests.add(
                                    DynamicTest.dynamicTest(file.getFileName() + " " + name, () -> check(file, name))));
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(40);
        return tests.stream();
    }

    private static void check(Path file, String name) {
        try (SafetensorsFile open = SafetensorsFile.open(file);
                TensorScope scope = new TensorScope()) {
            int end = name.lastIndexOf('/');
            new Case(open, name.substring(0, end), name.substring(end + 1)).check();
        }
    }

    /** One key of a file, run by the kernels that compute it. */
    private record Case(SafetensorsFile file, String key, String output) {

        void check() {
            for (Map.Entry<String, Kernel> kernel : kernels().entrySet()) {
                Tensor[] inputs = {leaf("q"), leaf("k"), leaf("v")};
                Tensor actual = kernel.getValue().apply(inputs[0], inputs[1], inputs[2]);
                boolean realOnly = key.contains("padding") && !key.startsWith("full") && zeroAtPadding();
                if (realOnly) {
                    actual = actual.mul(real().unsqueeze(1).unsqueeze(-1));
                }
                assertClose(kernel.getKey(), actual, file.tensor(key + "/" + output), OUTPUT_TOLERANCE);
                if (output.equals("out") && file.names().contains(key + "/dq")) {
                    actual.mul(file.tensor(realOnly ? "dout_masked" : "dout"))
                            .sum()
                            .backward();
                    assertClose(
                            kernel.getKey() + " dq", inputs[0].grad(), file.tensor(key + "/dq"), GRADIENT_TOLERANCE);
                    assertClose(
                            kernel.getKey() + " dk", inputs[1].grad(), file.tensor(key + "/dk"), GRADIENT_TOLERANCE);
                    assertClose(
                            kernel.getKey() + " dv", inputs[2].grad(), file.tensor(key + "/dv"), GRADIENT_TOLERANCE);
                }
            }
        }

        private boolean zeroAtPadding() {
            return key.startsWith("window") || key.startsWith("bigbird");
        }

        private interface Kernel {
            Tensor apply(Tensor query, Tensor key, Tensor value);
        }

        private Map<String, Kernel> kernels() {
            double scale = 1 / Math.sqrt((double) file.tensor("q").size(3));
            Dropout none = new Dropout(0);
            AttentionMask mask = mask();
            if (key.startsWith("full")) {
                return Map.of(
                        "exact", of(new ExactAttention(scale, none), mask),
                        "flash", of(new FlashAttention(scale, none), mask),
                        "tiled", of(new TiledAttention(scale, none), mask));
            }
            if (key.startsWith("window")) {
                int side = (int) TensorData.longs(file.tensor("window"))[0];
                SlidingWindowAttention window = new SlidingWindowAttention(scale, none, side, 1);
                GlobalTokens global = global();
                return Map.of(
                        "sliding_window",
                        key.contains("global") ? (q, k, v) -> window.forward(q, k, v, mask, global) : of(window, mask));
            }
            if (key.startsWith("bigbird")) {
                int size = (int) TensorData.longs(file.tensor("bigbird/block_size"))[0];
                return Map.of(
                        "big_bird", of(new BigBirdAttention(scale, none, size, (heads, blocks) -> blocks()), mask));
            }
            if (key.startsWith("linformer")) {
                String suffix = key.endsWith("heads") ? "_heads" : "";
                Parameter e = parameter("linformer/E" + suffix);
                Parameter f = key.endsWith("kv_shared") ? null : parameter("linformer/F" + suffix);
                return Map.of("linformer", of(new LinformerAttention(scale, none, e, f), mask));
            }
            double epsilon = output.equals("out") ? 0 : 1e-6;
            return Map.of(
                    "performer",
                    of(
                            new PerformerAttention(
                                    scale,
                                    none,
                                    epsilon,
                                    (int) file.tensor("performer/W").size(0),
                                    like -> file.tensor("performer/W")),
                            mask));
        }

        private static Kernel of(Attention attention, AttentionMask mask) {
            return (q, k, v) -> attention.forward(q, k, v, mask);
        }

        private AttentionMask mask() {
            boolean causal = key.contains("causal");
            if (key.endsWith("bias")) {
                return new AttentionMask.Additive(file.tensor("bias"));
            }
            return key.contains("padding")
                    ? new AttentionMask.Padding(real().gt(new Scalar(0.5)), causal)
                    : causal ? AttentionMask.causal() : AttentionMask.full();
        }

        /** {@code [batch, length]}, 1 where a token is real. */
        private Tensor real() {
            return file.tensor("key_mask").toType(ScalarType.Float);
        }

        private GlobalTokens global() {
            Tensor mask = file.tensor("global_mask");
            long[] flat = TensorData.longs(mask);
            int length = (int) mask.size(1);
            return GlobalTokens.of(IntStream.range(0, (int) mask.size(0))
                    .mapToObj(row -> IntStream.range(0, length)
                            .filter(i -> flat[row * length + i] != 0)
                            .toArray())
                    .toList());
        }

        private int[][][] blocks() {
            Tensor stored = file.tensor("bigbird/blocks"); // [heads, blocks, most]
            long[] flat = TensorData.longs(stored);
            int heads = (int) stored.size(0);
            int blocks = (int) stored.size(1);
            int most = (int) stored.size(2);
            int[][][] result = new int[blocks][heads][];
            for (int i = 0; i < heads * blocks; i++) {
                result[i % blocks][i / blocks] = Arrays.stream(flat, i * most, (i + 1) * most)
                        .filter(block -> block >= 0)
                        .mapToInt(Math::toIntExact)
                        .toArray();
            }
            return result;
        }

        private Parameter parameter(String name) {
            Tensor values = file.tensor(name);
            Parameter parameter =
                    new Parameter(Initializer.constant(0), values.sizes().vec().get());
            parameter.take(values.clone());
            return parameter;
        }

        private Tensor leaf(String name) {
            try (NoGradGuard guard = new NoGradGuard()) {
                return file.tensor(name).clone().set_requires_grad(true);
            }
        }

        private void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
            double difference = actual.detach().sub(expected).abs().max().item_double();
            assertThat(difference)
                    .as(key + " by " + what + ": max |difference|")
                    .isLessThanOrEqualTo(tolerance);
        }
    }
}
