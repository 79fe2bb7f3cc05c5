package io.transformer4j.checkpoint;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.NumberOutput;

/**
 * JSON text as Hugging Face's libraries write it, Python's {@code json.dumps(value, indent=2, sort_keys=True)} and a line end, so that
 * a file that was only read and written again shows no difference. Floats are the shortest decimals that read back the
 * same, in Python's form ({@code 1e-05} where Java has {@code 1.0E-5}); everything beyond ASCII is escaped.
 */
final class PythonJson {
    private static final String INDENT = "  ";

    private final StringBuilder out = new StringBuilder();

    private PythonJson() {}

    /**
     * The text of a value.
     *
     * @param value maps with text keys, lists, text, numbers, booleans and nulls
     */
    static String text(@Nullable Object value) {
        PythonJson json = new PythonJson();
        json.value(value, "\n");
        return json.out.append('\n').toString();
    }

    private void value(@Nullable Object value, String lineStart) {
        if (value instanceof Map<?, ?> map) {
            object(map, lineStart);
        } else if (value instanceof List<?> list) {
            array(list, lineStart);
        } else if (value instanceof String text) {
            quoted(text);
        } else if (value instanceof Double || value instanceof Float) {
            out.append(number(((Number) value).doubleValue(), value.toString()));
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else {
            throw new IllegalArgumentException(
                    "JSON has no form for a " + value.getClass().getName());
        }
    }

    private void object(Map<?, ?> map, String lineStart) {
        // Python sorts by code points, which is the order of UTF-32 and not of Java's chars.
        Map<String, Object> sorted = new TreeMap<>((a, b) ->
                Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray()));
        map.forEach((key, value) -> sorted.put((String) key, value));
        Iterator<Map.Entry<String, Object>> entries = sorted.entrySet().iterator();
        out.append('{');
        while (entries.hasNext()) {
            Map.Entry<String, Object> entry = entries.next();
            out.append(lineStart).append(INDENT);
            quoted(entry.getKey());
            out.append(": ");
            value(entry.getValue(), lineStart + INDENT);
            out.append(entries.hasNext() ? "," : lineStart);
        }
        out.append('}');
    }

    private void array(List<?> list, String lineStart) {
        Iterator<?> elements = list.iterator();
        out.append('[');
        while (elements.hasNext()) {
            out.append(lineStart).append(INDENT);
            value(elements.next(), lineStart + INDENT);
            out.append(elements.hasNext() ? "," : lineStart);
        }
        out.append(']');
    }

    private void quoted(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> out.append(c >= ' ' && c <= '~' ? String.valueOf(c) : escape(c));
            }
        }
        out.append('"');
    }

    private static String escape(char c) {
        return String.format(Locale.ROOT, "\\u%04x", (int) c);
    }

    /** A float as Python's {@code repr} has it: an exponent below 1e-4 and from 1e16. */
    private static String number(double value, String shown) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("JSON has no number " + value);
        } else if (value == 0) {
            return shown; // 0.0 or -0.0
        }
        String shortest =
                NumberOutput.toString(value, true); // before JDK 19, Double.toString isn't always the shortest
        BigDecimal decimal = new BigDecimal(shortest).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = decimal.unscaledValue().abs().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        String sign = decimal.signum() < 0 ? "-" : "";
        return sign + digits.charAt(0) + fraction + String.format(Locale.ROOT, "e%+03d", exponent);
    }
}
