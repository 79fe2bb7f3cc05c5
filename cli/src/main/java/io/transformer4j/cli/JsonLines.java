package io.transformer4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Prints results beside what they are of, an object a line. */
final class JsonLines {
    private JsonLines() {}

    /** A line for each pair; {@code results} has as many elements as {@code inputs}. */
    static void print(PrintWriter printer, String inputName, List<?> inputs, String resultName, List<?> results) {
        for (int i = 0; i < inputs.size(); i++) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put(inputName, inputs.get(i));
            line.put(resultName, results.get(i));
            printer.println(JsonMapper.shared().writeValueAsString(line));
        }
        printer.flush();
    }
}
