package io.transformer4j.onnx;

import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.protobuf.ProtobufException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What a graph says of a BERT's architecture: sizes by the shapes of its weights, the rest by constants and operations. */
final class BertShape {
    private static final int MAX_STEPS = 64;

    private final BertGraph bert;
    private final OnnxGraph graph;

    BertShape(BertGraph bert) {
        this.bert = bert;
        this.graph = bert.graph();
    }

    /**
     * The configuration.
     *
     * @param padTokenId of the tokenizer
     * @throws ProtobufException if the graph doesn't say all of it, or contradicts itself
     * @throws IllegalArgumentException if it is no architecture of a BERT
     */
    BertConfig config(int padTokenId) {
        long hiddenSize = size(BertGraph.WORD_EMBEDDINGS, 1);
        int heads = heads(hiddenSize);
        String activation = activation();
        double epsilon = epsilon();
        return BertConfig.BASE.with(c -> c.vocabSize(size(BertGraph.WORD_EMBEDDINGS, 0))
                .hiddenSize(hiddenSize)
                .numHiddenLayers(layers())
                .numAttentionHeads(heads)
                .intermediateSize(size("encoder.layer.0.intermediate.dense.bias", 0))
                .maxPositionEmbeddings(Math.toIntExact(size("embeddings.position_embeddings.weight", 0)))
                .typeVocabSize(Math.toIntExact(size("embeddings.token_type_embeddings.weight", 0)))
                .hiddenAct(activation)
                .layerNormEps(epsilon)
                .padTokenId(padTokenId));
    }

    private long size(String name, int dimension) {
        OnnxTensor tensor = bert.weight(name).tensor();
        if (dimension >= tensor.shape().size() || tensor.shape().get(dimension) > Integer.MAX_VALUE) {
            throw new ProtobufException(tensor + " doesn't have the shape of " + name);
        }
        return tensor.shape().get(dimension);
    }

    private int layers() {
        return (int) bert.weights().keySet().stream()
                .filter(name -> name.endsWith(".intermediate.dense.bias"))
                .count();
    }

    /** The last two sizes of the shape that queries are given, {@code [batch, length, heads, headSize]}. */
    private int heads(long hiddenSize) {
        OnnxNode product = productOf("encoder.layer.0.attention.self.query.weight");
        return after(product)
                .filter(node -> node.is("Reshape"))
                .map(node -> lastTwo(node.input(1)))
                .flatMap(Optional::stream)
                .filter(sizes -> sizes[0] > 0 && (sizes[1] < 0 || sizes[0] * sizes[1] == hiddenSize))
                .map(sizes -> (int) sizes[0])
                .findFirst()
                .orElseThrow(() -> new ProtobufException("its constants don't say how many attention heads it has"));
    }

    private Optional<long[]> lastTwo(String shape) {
        List<Optional<Long>> sizes = sizes(shape);
        int count = sizes.size();
        return count < 3
                ? Optional.empty()
                : sizes.get(count - 2)
                        .flatMap(heads -> sizes.get(count - 1).map(headSize -> new long[] {heads, headSize}));
    }

    /** The parts of a shape; empty where they depend on the input. */
    private List<Optional<Long>> sizes(String shape) {
        Optional<OnnxTensor> constant = graph.constant(shape);
        if (constant.isPresent()) {
            return LongStream.of(constant.get().longs()).mapToObj(Optional::of).toList();
        }
        Optional<OnnxNode> concat = graph.producer(shape).filter(node -> node.is("Concat"));
        return concat.map(OnnxNode::inputs).orElse(List.of()).stream()
                .map(this::single)
                .toList();
    }

    private Optional<Long> single(String part) {
        Optional<OnnxNode> unsqueeze = graph.producer(part).filter(node -> node.is("Unsqueeze"));
        return graph.constant(unsqueeze.map(node -> node.input(0)).orElse(part))
                .map(OnnxTensor::longs)
                .filter(values -> values.length == 1)
                .map(values -> values[0]);
    }

    /** By the operations between the two matrices of a feed-forward network. */
    private String activation() {
        OnnxNode first = productOf("encoder.layer.0.intermediate.dense.weight");
        for (OnnxNode node : after(first).toList()) {
            switch (node.operation()) {
                case "Erf" -> {
                    return "gelu";
                }
                case "Gelu" -> {
                    return node.texts().getOrDefault("approximate", "none").equals("tanh") ? "gelu_new" : "gelu";
                }
                case "Tanh" -> {
                    return "gelu_new";
                }
                case "Relu" -> {
                    return "relu";
                }
                default -> {}
            }
        }
        throw new ProtobufException("the activation of its feed-forward networks is none of GELU and ReLU");
    }

    /** What is added under the root of a layer normalization. */
    private double epsilon() {
        Stream<OptionalDouble> spelledOut = graph.nodes().stream()
                .filter(node -> node.is("Sqrt"))
                .flatMap(node -> graph.producer(node.input(0)).stream())
                .filter(node -> node.is("Add"))
                .flatMap(node -> node.inputs().stream())
                .flatMap(input -> graph.constant(input).stream())
                .filter(constant -> constant.isFloatingPoint() && constant.elements() == 1)
                .map(constant -> OptionalDouble.of(constant.floats()[0]));
        Stream<OptionalDouble> operation = graph.nodes().stream()
                .filter(node -> node.is("LayerNormalization"))
                .map(node -> OptionalDouble.of(node.floats().getOrDefault("epsilon", 1e-5f)));
        double epsilon = Stream.concat(spelledOut, operation)
                .findFirst()
                .orElseThrow(() -> new ProtobufException("it has no layer normalization"))
                .getAsDouble();
        return Double.parseDouble(Float.toString((float) epsilon)); // 1e-12 and not 9.999999960041972e-13
    }

    private OnnxNode productOf(String weight) {
        OnnxNode product = bert.weight(weight).product();
        if (product == null) {
            throw new ProtobufException("nothing is multiplied by " + weight + " directly");
        }
        return product;
    }

    /** The operations behind {@code start}, nearest first, up to the next product. */
    private Stream<OnnxNode> after(OnnxNode start) {
        Set<String> seen = new HashSet<>(); // by what they compute, since comparing tensors is slow
        Stream.Builder<OnnxNode> found = Stream.builder();
        Deque<OnnxNode> open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty() && seen.size() < MAX_STEPS) {
            OnnxNode node = open.poll();
            if (!seen.add(node.output())) {
                continue;
            }
            boolean first = seen.size() == 1;
            if (!first) {
                found.add(node);
            }
            if (first || !(node.is("MatMul") || node.is("Gemm"))) {
                node.outputs().forEach(output -> open.addAll(graph.consumers(output)));
            }
        }
        return found.build();
    }
}
