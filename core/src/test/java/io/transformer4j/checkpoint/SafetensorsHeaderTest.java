package io.transformer4j.checkpoint;

import static io.transformer4j.checkpoint.RawSafetensors.file;
import static io.transformer4j.checkpoint.RawSafetensors.header;
import static io.transformer4j.checkpoint.RawSafetensors.parse;
import static io.transformer4j.checkpoint.RawSafetensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the format and the attacks that are known against its readers. */
class SafetensorsHeaderTest {
    private static final String OK = header("F32", "[1]", "[0,4]");

    @Test
    void readsTensorsAndMetadataInOrder() {
        SafetensorsHeader header = parse(file(
                "{\"__metadata__\":{\"format\":\"pt\"},\"b\":" + tensor("BF16", "[2,3]", "[4,16]") + ",\"a\":"
                        + tensor("F32", "[]", "[0,4]") + "}   ",
                16));
        assertThat(header.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(header.tensors().values())
                .containsExactly(
                        new TensorInfo("b", SafetensorsDtype.BF16, List.of(2L, 3L), 4, 16),
                        new TensorInfo("a", SafetensorsDtype.F32, List.of(), 0, 4));
        assertThat(header.tensors().get("a").elements()).isEqualTo(1);
    }

    @Test
    void readsTheHeaderOfAFileWithoutItsData(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("m.safetensors");
        Files.write(path, file(OK, 4));
        assertThat(SafetensorsHeader.read(path).tensors()).containsOnlyKeys("a");
        assertThatThrownBy(() -> SafetensorsHeader.read(folder.resolve("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(folder.resolve("none") + ": could not be read (");
    }

    static List<String> legal() {
        return List.of(
                "{}",
                "{\"__metadata__\":{}}",
                "{\"__metadata__\":null}",
                header("F32", "[0]", "[0,0]"),
                header("F32", "[0,9223372036854775807]", "[0,0]"),
                "{\"a\":" + tensor("F32", "[0]", "[0,0]") + ",\"b\":" + tensor("I8", "[3,0]", "[0,0]") + "}",
                "{\"\":" + tensor("F32", "[0]", "[0,0]") + "}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0],\"more\":{\"x\":[1,2]}}}",
                "{}\n\t ");
    }

    @ParameterizedTest
    @MethodSource("legal")
    void readsEverythingLegal(String json) {
        assertThat(parse(file(json, 0))).isNotNull();
    }

    static List<Arguments> refused() {
        return List.of(
                // the frame
                refused("[" + OK + "]", 4, "header must start with {"),
                refused(" " + OK, 4, "header must start with {"),
                refused(OK + "x", 4, "header is not valid JSON near character"),
                refused(OK + OK, 4, "header has something after its closing }"),
                refused(OK.substring(0, OK.length() - 1), 4, "header is not valid JSON near character"),
                refused("{\"a\":}", 4, "header is not valid JSON near character"),
                // the entries
                refused("{\"a\":1}", 4, "header: tensor \"a\" must be an object with dtype, shape and data_offsets"),
                refused("{\"a\":null}", 4, "header: tensor \"a\" must be an object"),
                refused("{\"a\":{}}", 4, "header: tensor \"a\" lacks dtype"),
                refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, "header: tensor \"a\" lacks data_offsets"),
                refused(
                        header("F33", "[1]", "[0,4]"),
                        4,
                        "header: tensor \"a\" has dtype \"F33\", which is none of U64, "),
                refused(header("F4", "[8]", "[0,4]"), 4, "header: tensor \"a\" has dtype \"F4\", which is none of"),
                refused("{\"a\":{\"dtype\":3}}", 4, "header: tensor \"a\" dtype must be a string"),
                refused(header("F32", "1", "[0,4]"), 4, "header: tensor \"a\" shape must be a list of numbers"),
                refused(header("F32", "[1.0]", "[0,4]"), 4, "header: tensor \"a\" shape must hold whole numbers"),
                refused(header("F32", "[-1]", "[0,4]"), 4, "header: tensor \"a\" shape must hold whole numbers"),
                refused(header("F32", "[\"1\"]", "[0,4]"), 4, "header: tensor \"a\" shape must hold whole numbers"),
                refused(header("F32", "[[1]]", "[0,4]"), 4, "header: tensor \"a\" shape must hold whole numbers"),
                refused(
                        header("F32", "[9223372036854775808]", "[0,4]"),
                        4,
                        "shape must hold whole numbers from 0 to 9223"),
                refused(header("F32", "[" + "1,".repeat(64) + "1]", "[0,4]"), 4, "shape has more than 64 numbers"),
                refused(header("F32", "[1]", "[0]"), 4, "has data_offsets [0], which must be a begin and an end"),
                refused(header("F32", "[1]", "[0,4,8]"), 4, "data_offsets has more than 2 numbers"),
                refused(header("F32", "[1]", "[4,0]"), 4, "has data_offsets [4, 0], which must be a begin and an end"),
                // twice the same
                refused(
                        "{\"a\":" + tensor("F32", "[1]", "[0,4]") + "," + OK.substring(1),
                        4,
                        "names the tensor \"a\" twice"),
                refused(
                        "{\"\\u0061\":" + tensor("F32", "[1]", "[0,4]") + "," + OK.substring(1),
                        4,
                        "tensor \"a\" twice"),
                refused("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 4, "header: tensor \"a\" has dtype twice"),
                refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "header has __metadata__ twice"),
                refused("{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", 0, "header has __metadata__ \"x\" twice"),
                // notes that aren't strings
                refused("{\"__metadata__\":{\"x\":1}}", 0, "header __metadata__ \"x\" must be a string"),
                refused("{\"__metadata__\":{\"x\":{\"y\":\"z\"}}}", 0, "header __metadata__ \"x\" must be a string"),
                refused("{\"__metadata__\":[]}", 0, "header __metadata__ must be an object"),
                // sizes: the product of the shape overflows to 4 bytes, or to a negative number, or in the strides only
                refused(header("F32", "[4611686018427387905]", "[0,4]"), 4, "more elements than can be counted"),
                refused(header("F32", "[4294967296,4294967296]", "[0,0]"), 0, "more elements than can be counted"),
                refused(header("I8", "[9223372036854775807,3]", "[0,4]"), 4, "more elements than can be counted"),
                refused(header("I8", "[0,4294967296,4294967296]", "[0,0]"), 0, "more elements than can be counted"),
                refused(header("F32", "[2]", "[0,4]"), 4, "so needs 8 bytes, but its data_offsets [0, 4] hold 4"),
                // places: outside, hole at the start, in the middle, at the end, overlap, one tensor twice, none at all
                refused(
                        header("F32", "[2]", "[0,8]"),
                        4,
                        "tensor \"a\" ends at byte 8 of the data, but the file holds only 4"),
                refused(
                        header("I8", "[9223372036854775807]", "[0,9223372036854775807]"),
                        4,
                        "tensor \"a\" ends at byte 9223372036854775807 of the data, but the file holds only 4"),
                refused(
                        header("F32", "[1]", "[4,8]"),
                        8,
                        "begins at byte 4 of the data, but the one before it ends at 0"),
                refused(
                        two("[0,4]", "[8,12]"),
                        12,
                        "\"b\" begins at byte 8 of the data, but the one before it ends at 4"),
                refused(
                        two("[0,4]", "[2,6]"),
                        6,
                        "\"b\" begins at byte 2 of the data, but the one before it ends at 4"),
                refused(
                        two("[0,4]", "[0,4]"),
                        4,
                        "\"b\" begins at byte 0 of the data, but the one before it ends at 4"),
                refused(OK, 5, "its tensors end at byte 4 of the data, but the file holds 5 bytes of data"),
                refused("{}", 1, "its tensors end at byte 0 of the data, but the file holds 1 bytes of data"),
                // an empty tensor inside another one
                refused(
                        "{\"a\":" + tensor("F32", "[2]", "[0,8]") + ",\"b\":" + tensor("F32", "[0]", "[4,4]") + "}",
                        8,
                        "\"b\" begins at byte 4 of the data, but the one before it ends at 8"),
                // resources
                refused("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}", 0, "must be an object with dtype"),
                refused("{\"a\":{\"x\":" + "[".repeat(100_000), 0, "header is not valid JSON ("),
                refused("{\"" + "n".repeat(70_000) + "\":1}", 0, "header is not valid JSON ("),
                refused(header("F32", "[" + "1".repeat(100_000) + "]", "[0,4]"), 4, "header is not valid JSON"),
                // text
                refused("{\"\\ud800\":1}", 0, "header is not valid JSON near character"),
                refused("{\"\\udc00\":1}", 0, "header is not valid JSON near character"),
                refused(
                        "{\"__metadata__\":{\"a\":\"\\ud800\"}}",
                        0,
                        "header has the text \"\\ud800\", which isn't Unicode"),
                refused(
                        "{\"__metadata__\":{\"a\":\"\\udc00x\"}}",
                        0,
                        "header has the text \"\\udc00x\", which isn't Unicode"),
                refused("{\"a\u0000\":1}", 0, "header is not valid JSON"),
                refused("{\"a\\nb\\u202e\":1}", 0, "header: tensor \"a\\u000ab\\u202e\" must be an object"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesInOneSentence(String json, int dataBytes, String problem) {
        assertThatThrownBy(() -> parse(file(json, dataBytes)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("m.safetensors: ")
                .hasMessageContaining(problem)
                .message()
                .satisfies(message -> assertThat(message.lines()).hasSize(1))
                .hasSizeLessThan(600);
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        for (byte[] bad : List.of(
                new byte[] {(byte) 0xff}, // never occurs
                new byte[] {(byte) 0xc0, (byte) 0x80}, // an overlong zero
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // half a surrogate pair
                new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80})) { // beyond U+10FFFF
            byte[] before = "{\"a".getBytes(StandardCharsets.UTF_8);
            byte[] after = OK.substring(3).getBytes(StandardCharsets.UTF_8);
            byte[] json = ByteBuffer.allocate(before.length + bad.length + after.length)
                    .put(before)
                    .put(bad)
                    .put(after)
                    .array();
            assertThatThrownBy(() -> parse(file(json, 4))).hasMessage("m.safetensors: header is not UTF-8");
        }
    }

    @Test
    void refusesALengthThatCannotBeBeforeReadingOn() {
        assertThatThrownBy(() -> parse(new byte[9]))
                .hasMessage("m.safetensors: is not a safetensors file: it has only 9 bytes, too few for a header");
        assertThatThrownBy(() -> parse(withLength(-1)))
                .hasMessage(
                        "m.safetensors: is not a safetensors file: its header would have 18446744073709551615 bytes,"
                                + " but must have 2 to 100000000");
        assertThatThrownBy(() -> parse(withLength(100_000_001))).hasMessageContaining("would have 100000001 bytes");
        assertThatThrownBy(() -> parse(withLength(1))).hasMessageContaining("would have 1 bytes");
        assertThatThrownBy(() -> parse(withLength(100_000_000)))
                .hasMessage(
                        "m.safetensors: is cut short: its header has 100000000 bytes, but only 102 follow its length");
    }

    @Test
    void manyTensorsCostLittleMoreThanTheirNames() {
        int count = 200_000;
        String json = IntStream.range(0, count)
                .mapToObj(i -> "\"layer." + i + "\":" + tensor("I8", "[1]", "[%d,%d]".formatted(i, i + 1)))
                .collect(Collectors.joining(",", "{", "}"));
        assertThat(parse(file(json, count)).tensors()).hasSize(count);
    }

    @Test
    void refusesMoreTensorsThanAnyModelHas() {
        String json = IntStream.rangeClosed(0, 1 << 18)
                .mapToObj(i -> "\"" + i + "\":" + tensor("I8", "[0]", "[0,0]"))
                .collect(Collectors.joining(",", "{", "}"));
        assertThatThrownBy(() -> parse(file(json, 0)))
                .hasMessage("m.safetensors: header names more than 262144 tensors");
    }

    private static byte[] withLength(long length) {
        byte[] file = new byte[110];
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        return file;
    }

    private static String two(String first, String second) {
        return "{\"a\":" + tensor("F32", "[1]", first) + ",\"b\":" + tensor("F32", "[1]", second) + "}";
    }

    private static Arguments refused(String json, int dataBytes, String problem) {
        return Arguments.of(json, dataBytes, problem);
    }
}
