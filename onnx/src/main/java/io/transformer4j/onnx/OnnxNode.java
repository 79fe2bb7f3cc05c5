package io.transformer4j.onnx;

import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.protobuf.ProtobufReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An operation of a graph (ONNX {@code NodeProto}).
 *
 * @param name may be empty
 * @param inputs names of values; empty where an optional one is left out
 * @param tensors attributes that are tensors, such as the {@code value} of a {@code Constant}
 * @param integers attributes that are integers
 * @param floats attributes that are numbers
 * @param texts attributes that are texts
 */
record OnnxNode(
        String name,
        String operation,
        List<String> inputs,
        List<String> outputs,
        Map<String, OnnxTensor> tensors,
        Map<String, Long> integers,
        Map<String, Float> floats,
        Map<String, String> texts) {
    private static final int MAX_VALUES = 10_000;

    static OnnxNode read(ProtobufReader in) {
        String name = "";
        String operation = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        OnnxNode attributes = new OnnxNode(
                "", "", List.of(), List.of(), new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
            switch (field) {
                case 1 -> add(inputs, in.string());
                case 2 -> add(outputs, in.string());
                case 3 -> name = in.string();
                case 4 -> operation = in.string();
                case 5 -> attributes.readAttribute(in.message());
                default -> in.skip();
            }
        }
        return new OnnxNode(
                name,
                operation,
                List.copyOf(inputs),
                List.copyOf(outputs),
                Map.copyOf(attributes.tensors),
                Map.copyOf(attributes.integers),
                Map.copyOf(attributes.floats),
                Map.copyOf(attributes.texts));
    }

    private static void add(List<String> names, String name) {
        if (names.size() == MAX_VALUES) {
            throw new ProtobufException("a node has more than " + MAX_VALUES + " inputs");
        }
        names.add(name);
    }

    private void readAttribute(ProtobufReader in) {
        String name = "";
        OnnxTensor tensor = null;
        Long integer = null;
        Float number = null;
        String text = null;
        for (int field = in.nextField(); field != ProtobufReader.END; field = in.nextField()) {
            switch (field) {
                case 1 -> name = in.string();
                case 2 -> number = in.fixedFloat();
                case 3 -> integer = in.varint();
                case 4 -> text = in.string();
                case 5 -> tensor = OnnxTensor.read(in.message());
                default -> in.skip();
            }
        }
        if (tensor != null) {
            tensors.put(name, tensor);
        }
        if (integer != null) {
            integers.put(name, integer);
        }
        if (number != null) {
            floats.put(name, number);
        }
        if (text != null) {
            texts.put(name, text);
        }
    }

    /** The name of an input, or an empty text if there are fewer. */
    String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    /** The name of the only or first output. */
    String output() {
        return outputs.isEmpty() ? "" : outputs.get(0);
    }

    boolean is(String type) {
        return operation.equals(type);
    }
}
