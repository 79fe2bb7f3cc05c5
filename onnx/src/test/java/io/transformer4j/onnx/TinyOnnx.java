package io.transformer4j.onnx;

import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.protobuf.ProtobufWriter;
import io.transformer4j.torch.TensorData;
import io.transformer4j.torch.TensorScope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** Writes the graph that PyTorch's exporter makes of a BERT, as far as an importer looks at it, in several dialects. */
final class TinyOnnx {
    /** How a weight is written. */
    enum Values {
        RAW,
        FLOAT_DATA,
        FLOAT16
    }

    private final Map<String, float[]> values = new TreeMap<>();
    private final Map<String, long[]> shapes = new TreeMap<>();
    private final Map<String, ProtobufWriter> replacements = new TreeMap<>();
    private final ProtobufWriter graph = new ProtobufWriter();
    private final int heads;
    private String prefix = "";
    private boolean nodeNames = true;
    private boolean biasNames = true;
    private boolean gemm;
    private Values kind = Values.RAW;
    private int matrices = 700;

    TinyOnnx(Path checkpoint, int heads) {
        this.heads = heads;
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(checkpoint)) {
            for (String name : reader.names()) {
                Tensor tensor = reader.tensor(name);
                values.put(name, TensorData.floats(tensor));
                shapes.put(name, reader.info(name).sizes());
            }
        }
    }

    TinyOnnx prefix(String value) {
        prefix = value;
        return this;
    }

    TinyOnnx withoutNodeNames() {
        nodeNames = false;
        return this;
    }

    TinyOnnx withoutBiasNames() {
        biasNames = false;
        return this;
    }

    /** Linear layers are one operation, with matrices as in HF. */
    TinyOnnx gemm() {
        gemm = true;
        return this;
    }

    TinyOnnx kind(Values value) {
        kind = value;
        return this;
    }

    /** Adds a further operation. */
    TinyOnnx node(String operation) {
        graph.message(1, new ProtobufWriter().string(4, operation).string(2, "extra_" + operation));
        return this;
    }

    /** Adds a further constant, as an initializer. */
    TinyOnnx initializer(ProtobufWriter tensor) {
        graph.message(5, tensor);
        return this;
    }

    /** Writes another tensor instead of the one of this name. */
    TinyOnnx replacing(String name, ProtobufWriter tensor) {
        replacements.put(name, tensor);
        return this;
    }

    byte[] bytes() {
        for (String name : values.keySet()) {
            if (replacements.containsKey(name)) {
                graph.message(5, replacements.get(name));
            } else if (isMatrix(name)) {
                linear(name);
            } else if (biasNames || !name.endsWith("dense.bias")) {
                graph.message(5, tensor(prefix + name, shapes.get(name), values.get(name)));
            } else {
                graph.message(5, tensor("lost::" + name.hashCode(), shapes.get(name), values.get(name)));
            }
        }
        heads();
        add("Erf", "", List.of("layer0.intermediate"), "erf");
        constant("eps", tensor("", new long[0], new float[] {1e-12f}, Values.RAW));
        add("Add", "", List.of("variance", "eps"), "shifted");
        add("Sqrt", "", List.of("shifted"), "deviation");
        graph.message(5, longs(prefix + "embeddings.position_ids", 0, 1, 2));
        return new ProtobufWriter()
                .varint(1, 6)
                .string(2, "pytorch")
                .message(7, graph)
                .toBytes();
    }

    private static boolean isMatrix(String name) {
        return name.endsWith(".weight") && name.matches("(encoder|pooler).*") && !name.contains("LayerNorm");
    }

    private void linear(String name) {
        String bias = name.replaceAll("weight$", "bias");
        String module = name.replaceAll("\\.weight$", "").replaceAll("\\.(?!\\d)", "/");
        String matrix = "onnx::MatMul_" + matrices++;
        String output =
                name.equals("encoder.layer.0.intermediate.dense.weight") ? "layer0.intermediate" : name + ".out";
        String biasName = biasNames || !name.contains("dense") ? prefix + bias : "lost::" + bias.hashCode();
        long[] shape = shapes.get(name);
        String path = "/" + (prefix.isEmpty() ? "" : prefix.replace('.', '/')) + module + "/";
        if (gemm) {
            graph.message(5, tensor(matrix, shape, values.get(name)));
            graph.message(
                    1,
                    node("Gemm", nodeNames ? path + "Gemm" : "", List.of("x", matrix, biasName), output)
                            .message(5, new ProtobufWriter().string(1, "transB").varint(3, 1)));
            return;
        }
        graph.message(5, tensor(matrix, new long[] {shape[1], shape[0]}, transposed(values.get(name), shape)));
        add("MatMul", nodeNames ? path + "MatMul" : "", List.of("x", matrix), name + ".product");
        add("Add", "", List.of(biasName, name + ".product"), output);
    }

    private void heads() {
        long headSize = shapes.get("embeddings.word_embeddings.weight")[1] / heads;
        constant("heads", longs("", heads));
        constant("head_size", longs("", headSize));
        add("Concat", "", List.of("batch", "length", "heads", "head_size"), "shape");
        add("Reshape", "", List.of("encoder.layer.0.attention.self.query.weight.out", "shape"), "query_heads");
    }

    private void add(String operation, String name, List<String> inputs, String output) {
        graph.message(1, node(operation, name, inputs, output));
    }

    private static ProtobufWriter node(String operation, String name, List<String> inputs, String output) {
        ProtobufWriter node = new ProtobufWriter();
        inputs.forEach(input -> node.string(1, input));
        return node.string(2, output).string(3, name).string(4, operation);
    }

    private void constant(String output, ProtobufWriter value) {
        graph.message(
                1,
                node("Constant", "", List.of(), output)
                        .message(5, new ProtobufWriter().string(1, "value").message(5, value)));
    }

    static ProtobufWriter longs(String name, long... numbers) {
        ByteBuffer raw = ByteBuffer.allocate(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long number : numbers) {
            raw.putLong(number);
        }
        return new ProtobufWriter()
                .varint(1, numbers.length)
                .varint(2, OnnxTensor.INT64)
                .string(8, name)
                .bytes(9, raw.array());
    }

    private ProtobufWriter tensor(String name, long[] shape, float[] numbers) {
        return tensor(name, shape, numbers, kind);
    }

    private static ProtobufWriter tensor(String name, long[] shape, float[] numbers, Values kind) {
        ProtobufWriter tensor = new ProtobufWriter();
        for (long size : shape) {
            tensor.varint(1, size);
        }
        ByteBuffer raw = ByteBuffer.allocate((kind == Values.FLOAT16 ? 2 : 4) * numbers.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            if (kind == Values.FLOAT16) {
                raw.putShort(half(number));
            } else {
                raw.putFloat(number);
            }
        }
        return tensor.varint(2, kind == Values.FLOAT16 ? OnnxTensor.FLOAT16 : OnnxTensor.FLOAT)
                .string(8, name)
                .bytes(kind == Values.FLOAT_DATA ? 4 : 9, raw.array());
    }

    /** Towards zero, which is near enough for a test; numbers below 2⁻¹⁴ become 0. */
    private static short half(float number) {
        int bits = Float.floatToIntBits(number);
        int exponent = (bits >>> 23 & 0xFF) - 127 + 15;
        return (short) (exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3FF));
    }

    private static float[] transposed(float[] values, long[] shape) {
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return turned;
    }

    /** Names of dialects, for parameterized tests. */
    static List<String> dialects() {
        return List.of("plain", "prefix", "no node names", "no bias names", "gemm", "float_data");
    }

    TinyOnnx dialect(String name) {
        return switch (name) {
            case "plain" -> this;
            case "prefix" -> prefix("bert.");
            case "no node names" -> withoutNodeNames();
            case "no bias names" -> withoutBiasNames();
            case "gemm" -> gemm();
            case "float_data" -> kind(Values.FLOAT_DATA);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
