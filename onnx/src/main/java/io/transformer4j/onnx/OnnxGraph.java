package io.transformer4j.onnx;

import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.protobuf.ProtobufReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The graph of an ONNX model: its constants by name and its operations in order. Views of the file's bytes. */
final class OnnxGraph {
    private static final int MAX_PARTS = 200_000;
    private static final int MAX_QUOTED = 100;

    private final Map<String, OnnxTensor> initializers;
    private final List<OnnxNode> nodes;
    private final Map<String, OnnxNode> producers = new HashMap<>();
    private final Map<String, List<OnnxNode>> consumers = new HashMap<>();

    private OnnxGraph(Map<String, OnnxTensor> initializers, List<OnnxNode> nodes) {
        this.initializers = Collections.unmodifiableMap(initializers);
        this.nodes = List.copyOf(nodes);
        for (OnnxNode node : nodes) {
            node.outputs().forEach(output -> producers.put(output, node));
            node.inputs().stream()
                    .distinct()
                    .forEach(input -> consumers
                            .computeIfAbsent(input, name -> new ArrayList<>(2))
                            .add(node));
        }
    }

    /**
     * Reads a model.
     *
     * @throws ProtobufException if the bytes aren't an ONNX model; the message is a clause about it
     */
    static OnnxGraph parse(ByteBuffer bytes) {
        OnnxGraph graph = null;
        ProtobufReader model = new ProtobufReader(bytes);
        for (int field = model.nextField(); field != ProtobufReader.END; field = model.nextField()) {
            if (field == 7) {
                graph = parseGraph(model.message());
            } else {
                model.skip();
            }
        }
        if (graph == null || graph.nodes.isEmpty()) {
            throw new ProtobufException("it has no graph");
        }
        return graph;
    }

    private static OnnxGraph parseGraph(ProtobufReader in) {
        Map<String, OnnxTensor> initializers = new LinkedHashMap<>();
        List<OnnxNode> nodes = new ArrayList<>();
        for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
            switch (field) {
                case 1 -> nodes.add(OnnxNode.read(in.message()));
                case 5 -> {
                    OnnxTensor tensor = OnnxTensor.read(in.message());
                    if (initializers.put(tensor.name(), tensor) != null) {
                        throw new ProtobufException("it has two tensors " + quoted(tensor.name()));
                    }
                }
                default -> in.skip();
            }
            if (nodes.size() + initializers.size() > MAX_PARTS) {
                throw new ProtobufException("it has more than " + MAX_PARTS + " nodes and tensors");
            }
        }
        return new OnnxGraph(initializers, nodes);
    }

    /** Constants that are weights, mostly; in the order of the file. */
    Map<String, OnnxTensor> initializers() {
        return initializers;
    }

    /** All operations, in an order in which they can be computed. */
    List<OnnxNode> nodes() {
        return nodes;
    }

    /** The operations that read a value. */
    List<OnnxNode> consumers(String value) {
        return consumers.getOrDefault(value, List.of());
    }

    /** The operation that a value comes from; none for inputs and initializers. */
    Optional<OnnxNode> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The value if it is known without any input: an initializer, or what a {@code Constant} gives. */
    Optional<OnnxTensor> constant(String value) {
        return Optional.ofNullable(initializers.get(value))
                .or(() -> producer(value)
                        .filter(node -> node.is("Constant"))
                        .map(node -> node.tensors().get("value")));
    }

    /** A name as it may stand in a message. */
    static String quoted(String name) {
        String shown = name.length() > MAX_QUOTED ? name.substring(0, MAX_QUOTED) + "…" : name;
        return '"' + shown.replaceAll("[^ -~…]", "?") + '"';
    }
}
