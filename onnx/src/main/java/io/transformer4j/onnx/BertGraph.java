package io.transformer4j.onnx;

import io.transformer4j.protobuf.ProtobufException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a graph under the names of HF's {@code BertModel}, without prefix. Exporters keep most names; those of the
 * matrices of linear layers are lost, and the matrices are turned round, {@code [in, out]}. Their names come back from the bias that is
 * added to their product, or from the name of the product.
 */
final class BertGraph {
    static final String WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";

    private static final Pattern WEIGHT = Pattern.compile("embeddings\\.(word|position|token_type)_embeddings\\.weight"
            + "|embeddings\\.LayerNorm\\.(weight|bias)"
            + "|encoder\\.layer\\.\\d+\\.(attention\\.self\\.(query|key|value)|attention\\.output\\.(dense|LayerNorm)"
            + "|intermediate\\.dense|output\\.(dense|LayerNorm))\\.(weight|bias)"
            + "|pooler\\.dense\\.(weight|bias)");
    private static final Pattern LINEAR =
            Pattern.compile("(encoder\\.layer\\.\\d+|pooler)\\..*(?<!LayerNorm)\\.weight");
    private static final Set<String> QUANTIZED =
            Set.of("DynamicQuantizeLinear", "QuantizeLinear", "DequantizeLinear", "MatMulInteger", "QLinearMatMul");

    private final OnnxGraph graph;
    private final String prefix;
    private final Map<String, Weight> weights = new TreeMap<>();

    /**
     * A weight.
     *
     * @param transposed whether the graph has it as {@code [in, out]}, and HF as {@code [out, in]}
     * @param product the operation that multiplies by it; null for anything but the matrix of a linear layer
     */
    record Weight(
            OnnxTensor tensor, boolean transposed, @Nullable OnnxNode product) {}

    /**
     * Finds the weights.
     *
     * @throws ProtobufException if the graph isn't that of a BERT encoder; the message is a clause about it
     */
    BertGraph(OnnxGraph graph) {
        this.graph = graph;
        prefix = prefix(graph);
        checkOperations();
        graph.initializers().forEach((name, tensor) -> {
            if (linearProduct(name).isEmpty()) {
                take(withoutPrefix(name), new Weight(tensor, false, null));
            }
        });
        graph.nodes().forEach(this::takeMatrix);
        graph.nodes().forEach(this::takeCopy);
        Set<String> taken =
                weights.values().stream().map(weight -> weight.tensor().name()).collect(Collectors.toSet());
        graph.initializers().forEach((name, tensor) -> {
            if (!taken.contains(name) && tensor.isFloatingPoint() && tensor.elements() > 1) {
                throw new ProtobufException(
                        "BERT has no place for " + tensor + ": only plain BERT encoders can be imported");
            }
        });
    }

    private static String prefix(OnnxGraph graph) {
        return graph.initializers().keySet().stream()
                .filter(name -> name.endsWith(WORD_EMBEDDINGS))
                .map(name -> name.substring(0, name.length() - WORD_EMBEDDINGS.length()))
                .findFirst()
                .orElseThrow(() -> new ProtobufException("it has no tensor \"" + WORD_EMBEDDINGS
                        + "\": only BERT encoders exported from Hugging Face's BertModel can be imported"));
    }

    /** What would compute something else from the same weights. */
    private void checkOperations() {
        for (OnnxNode node : graph.nodes()) {
            if (QUANTIZED.contains(node.operation())) {
                throw new ProtobufException(
                        "it is quantized (" + node.operation() + "): import the float model instead");
            }
            if (node.is("CumSum")) {
                throw new ProtobufException(
                        "it counts positions from the ids (CumSum), as RoBERTa does and BERT does not");
            }
        }
    }

    private String withoutPrefix(String name) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    /** The operation that multiplies activations by this constant, if there is one. */
    private Optional<OnnxNode> linearProduct(String initializer) {
        return graph.consumers(initializer).stream()
                .filter(node -> isProduct(node) && node.input(1).equals(initializer))
                .findFirst();
    }

    private static boolean isProduct(OnnxNode node) {
        return node.is("MatMul") || node.is("Gemm");
    }

    private void takeMatrix(OnnxNode node) {
        if (!isProduct(node)) {
            return;
        }
        Optional<OnnxNode> turned = graph.producer(node.input(1)).filter(producer -> producer.is("Transpose"));
        OnnxTensor matrix = graph.initializers().get(turned.map(t -> t.input(0)).orElse(node.input(1)));
        if (matrix == null) {
            return;
        }
        boolean transposed = turned.isEmpty() && node.integers().getOrDefault("transB", 0L) == 0;
        String name = fromBias(node)
                .or(() -> fromNode(node))
                .or(() -> Optional.of(withoutPrefix(matrix.name()))
                        .filter(n -> LINEAR.matcher(n).matches()))
                .orElseThrow(() -> new ProtobufException("nothing says which weight " + matrix
                        + " is: neither a named bias" + " that is added to its product, nor the name of the product"));
        take(name, new Weight(matrix, transposed, node));
        addedTo(node)
                .filter(bias -> !WEIGHT.matcher(withoutPrefix(bias)).matches())
                .ifPresent(bias -> take(
                        name.replaceFirst("weight$", "bias"),
                        new Weight(graph.initializers().get(bias), false, null)));
    }

    /** The name of the constant that is added to a product. */
    private Optional<String> addedTo(OnnxNode product) {
        Stream<String> added = product.is("Gemm")
                ? Stream.of(product.input(2))
                : graph.consumers(product.output()).stream()
                        .filter(node -> node.is("Add"))
                        .flatMap(node -> node.inputs().stream());
        return added.filter(graph.initializers()::containsKey).findFirst();
    }

    /** A weight that equals another one, of which exporters write only one. */
    private void takeCopy(OnnxNode node) {
        OnnxTensor original = node.is("Identity") ? graph.initializers().get(node.input(0)) : null;
        if (original != null) {
            take(withoutPrefix(node.output()), new Weight(original, false, null));
        }
    }

    /** By the bias that is added, which has kept its name. */
    private Optional<String> fromBias(OnnxNode product) {
        return addedTo(product)
                .map(this::withoutPrefix)
                .filter(name -> name.endsWith(".bias"))
                .map(name -> name.substring(0, name.length() - ".bias".length()) + ".weight")
                .filter(name -> LINEAR.matcher(name).matches());
    }

    /** By the module path that PyTorch's exporter writes into names, {@code /encoder/layer.0/…/query/MatMul}. */
    private Optional<String> fromNode(OnnxNode product) {
        String path = product.name().replaceFirst("^/", "").replaceFirst("/(MatMul|Gemm)(_\\d+)?$", "");
        return Optional.of(withoutPrefix(path.replace('/', '.') + ".weight"))
                .filter(name -> LINEAR.matcher(name).matches());
    }

    private void take(String name, Weight weight) {
        if (!WEIGHT.matcher(name).matches()) {
            return;
        }
        Weight other = weights.put(name, weight);
        if (other != null && !other.tensor().name().equals(weight.tensor().name())) {
            throw new ProtobufException("both " + other.tensor() + " and " + weight.tensor() + " seem to be " + name);
        }
    }

    /** All weights by name. */
    Map<String, Weight> weights() {
        return Collections.unmodifiableMap(weights);
    }

    /**
     * A weight.
     *
     * @throws ProtobufException if there is none of this name
     */
    Weight weight(String name) {
        Weight weight = weights.get(name);
        if (weight == null) {
            throw new ProtobufException("it has no tensor that could be " + name);
        }
        return weight;
    }

    OnnxGraph graph() {
        return graph;
    }
}
