package io.transformer4j.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages text and files in the ways in which broken downloads and attackers do. */
final class Mutator {
    private static final List<String> TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "null",
            "true",
            "\"\"",
            "{}",
            "[]",
            " ",
            "\n",
            "\0",
            "\u00ff",
            "😀",
            "0",
            "-1",
            "1",
            "4",
            "8",
            "1.0",
            "1e9",
            "1e999",
            "NaN",
            "2147483648",
            "4294967296",
            "4611686018427387905",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551615",
            "99999999999999999999999999999999",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "\"F32\"",
            "\"I64\"",
            "\"BOOL\"",
            "\"F4\"",
            "\"a\":",
            "\\ud800",
            "\\u0000",
            "[[[[[[[[[[[[[[[[[[[[",
            "\"hidden_size\":",
            "\"n_inner\":",
            "\"weight_map\":");
    private static final long[] LENGTHS = {
        0,
        1,
        2,
        7,
        8,
        100_000_000,
        100_000_001,
        Integer.MAX_VALUE,
        1L << 31,
        1L << 32,
        Long.MAX_VALUE,
        -1,
        Long.MIN_VALUE
    };

    private final SplittableRandom random;

    Mutator(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** One to four changes, anywhere. */
    byte[] mutate(byte[] original) {
        byte[] bytes = original;
        for (int changes = 1 + below(4); changes > 0; changes--) {
            bytes = change(bytes);
        }
        return bytes;
    }

    /** Like {@link #mutate}, of a file that begins with the length of its JSON; the length mostly follows the change. */
    byte[] mutateFile(byte[] file) {
        int jsonBytes =
                (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        byte[] json = mutate(Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + jsonBytes));
        byte[] data = Arrays.copyOfRange(file, Long.BYTES + jsonBytes, file.length);
        if (below(8) == 0) {
            data = Arrays.copyOf(data, Math.max(0, data.length + below(9) - 4));
        }
        byte[] mutant = ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(below(16) == 0 ? LENGTHS[below(LENGTHS.length)] : json.length)
                .put(json)
                .put(data)
                .array();
        return below(32) == 0 ? Arrays.copyOf(mutant, below(mutant.length)) : mutant;
    }

    private byte[] change(byte[] bytes) {
        int at = below(bytes.length + 1);
        int until = Math.min(bytes.length, at + 1 + below(12));
        return switch (below(5)) {
            case 0 -> splice(bytes, at, until, new byte[] {(byte) below(256)});
            case 1 -> splice(bytes, at, until, new byte[0]);
            case 2 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, until));
            case 3 -> splice(bytes, at, at, token());
            default -> replaceNumber(bytes, at);
        };
    }

    /** Puts a token in the place of the next number, which leaves the JSON valid more often than not. */
    private byte[] replaceNumber(byte[] bytes, int from) {
        int begin = from;
        while (begin < bytes.length && !isDigit(bytes[begin])) {
            begin++;
        }
        int end = begin;
        while (end < bytes.length && isDigit(bytes[end])) {
            end++;
        }
        return splice(bytes, begin, end, token());
    }

    private byte[] token() {
        return TOKENS.get(below(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static byte[] splice(byte[] bytes, int begin, int end, byte[] replacement) {
        return ByteBuffer.allocate(bytes.length - (end - begin) + replacement.length)
                .put(bytes, 0, begin)
                .put(replacement)
                .put(bytes, end, bytes.length - end)
                .array();
    }
}
