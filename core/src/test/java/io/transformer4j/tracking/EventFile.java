package io.transformer4j.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A reader of TFRecords and protobuf messages that shares nothing with the writer, not even the checksum. */
final class EventFile {

    /** A message as field number to values: Long (varint), Double (fixed64), Float (fixed32) or byte[]. */
    record Message(Map<Integer, List<Object>> fields) {

        static Message parse(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            Map<Integer, List<Object>> fields = new HashMap<>();
            while (in.hasRemaining()) {
                long key = varint(in);
                Object value = switch ((int) (key & 7)) {
                    case 0 -> varint(in);
                    case 1 -> in.getDouble();
                    case 2 -> bytes(in, (int) varint(in));
                    case 5 -> in.getFloat();
                    default -> throw new AssertionError("wire type of key " + key);
                };
                fields.computeIfAbsent((int) (key >>> 3), field -> new ArrayList<>())
                        .add(value);
            }
            return new Message(fields);
        }

        boolean has(int field) {
            return fields.containsKey(field);
        }

        Object get(int field) {
            assertThat(fields).containsKey(field);
            assertThat(fields.get(field)).as("field %d", field).hasSize(1);
            return fields.get(field).get(0);
        }

        Message message(int field) {
            return parse((byte[]) get(field));
        }

        String string(int field) {
            return new String((byte[]) get(field), StandardCharsets.UTF_8);
        }

        double[] doubles(int field) {
            ByteBuffer packed = ByteBuffer.wrap((byte[]) get(field)).order(ByteOrder.LITTLE_ENDIAN);
            double[] values = new double[packed.remaining() / Double.BYTES];
            packed.asDoubleBuffer().get(values);
            return values;
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (next & 0x7FL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }

    private EventFile() {}

    static List<Message> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Message> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = bytes(in, 8);
            assertThat(in.getInt()).as("checksum of the length").isEqualTo(mask(crc32c(length)));
            byte[] data = bytes(in, (int)
                    ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
            assertThat(in.getInt()).as("checksum of the data").isEqualTo(mask(crc32c(data)));
            events.add(Message.parse(data));
        }
        return events;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int mask(int crc) {
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    /** Castagnoli's polynomial, bit by bit. */
    static int crc32c(byte[] bytes) {
        int crc = ~0;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        return ~crc;
    }
}
