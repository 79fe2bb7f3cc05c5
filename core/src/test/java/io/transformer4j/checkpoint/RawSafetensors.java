package io.transformer4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Safetensors files put together by hand, well-formed or not. */
final class RawSafetensors {
    private RawSafetensors() {}

    /** A file with the header {@code json}, without padding, and {@code dataBytes} zero bytes behind it. */
    static byte[] file(String json, int dataBytes) {
        return file(json.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] file(byte[] json, int dataBytes) {
        return ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    /** A header with one tensor {@code a}. */
    static String header(String dtype, String shape, String offsets) {
        return "{\"a\":" + tensor(dtype, shape, offsets) + "}";
    }

    static String tensor(String dtype, String shape, String offsets) {
        return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, offsets);
    }

    static SafetensorsHeader parse(byte[] file) {
        Path name = Path.of("m.safetensors");
        SafetensorsHeader.checkHasLength(name, file.length);
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int jsonBytes = SafetensorsHeader.jsonBytes(name, bytes, file.length);
        return SafetensorsHeader.parse(name, bytes.slice(Long.BYTES, jsonBytes), file.length);
    }
}
