package io.transformer4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    private PointerScope scope;

    @BeforeEach
    void openScope() {
        scope = new PointerScope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeComesBackAsItWas(SafetensorsDtype dtype) {
        Tensor written =
                torch.arange(new Scalar(0), new Scalar(6)).reshape(2, 3).to(dtype.scalarType());
        Path path = write(Map.of("x", written));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor read = file.tensor("x");
            assertThat(read.scalar_type().intern()).isEqualTo(dtype.scalarType());
            assertThat(read.shape()).containsExactly(2, 3);
            assertThat(read.view(ScalarType.Byte).equal(written.view(ScalarType.Byte)))
                    .isTrue();
            assertThat(file.info("x").dtype()).isEqualTo(dtype);
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
        }
    }

    @Test
    void scalarsAndEmptyTensorsAreTensors() {
        Path path = write(Map.of("scalar", torch.tensor(2.5f).squeeze(), "empty", torch.zeros(3, 0, 2)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensor("scalar").shape()).isEmpty();
            assertThat(file.tensor("scalar").item_float()).isEqualTo(2.5f);
            assertThat(file.tensor("empty").shape()).containsExactly(3, 0, 2);
        }
    }

    @Test
    void tensorsLiveInTheMappingAndOutliveTheFileObject() {
        Path path = write(Map.of("x", torch.ones(1000), "y", torch.zeros(1000)));
        Tensor x;
        try (SafetensorsFile file = SafetensorsFile.open(path);
                PointerScope inner = new PointerScope()) {
            x = file.tensor("x");
            scope.attach(x);
            assertThat(file.tensor("y").data_ptr().address() - x.data_ptr().address())
                    .as("side by side, not copied")
                    .isEqualTo(4000);
        }
        assertThat(mappings(path)).isEqualTo(1);
        assertThat(x.sum().item_float()).isEqualTo(1000);
        x.close();
        assertThat(mappings(path)).as("unmapped with the last tensor").isZero();
    }

    @Test
    void withoutAScopeTheCallerCloses() {
        Path path = write(Map.of("x", torch.ones(1000)));
        scope.close();
        SafetensorsFile file = SafetensorsFile.open(path);
        Tensor x = file.tensor("x");
        file.close();
        file.close();
        assertThat(mappings(path)).isEqualTo(1);
        x.close();
        assertThat(mappings(path)).isZero();
        scope = new PointerScope();
    }

    @Test
    void aClosedFileGivesNoMoreTensors() {
        SafetensorsFile file = SafetensorsFile.open(write(Map.of("x", torch.ones(1))));
        file.close();
        assertThatThrownBy(() -> file.tensor("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("m.safetensors is closed");
    }

    @Test
    void trainingInPlaceDoesNotChangeTheFile() throws IOException {
        Path path = write(Map.of("x", torch.ones(5000)));
        byte[] before = Files.readAllBytes(path);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor x = file.tensor("x");
            x.requires_grad_(true);
            x.mul(new Scalar(3.0f)).sum().backward();
            assertThat(x.is_leaf()).isTrue();
            x.detach().sub_(x.grad());
            assertThat(x.sum().item_float()).isEqualTo(-10_000);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    @Test
    void replacingTheFileDoesNotChangeItsTensors() {
        Path path = write(Map.of("x", torch.ones(5000)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor x = file.tensor("x");
            write(Map.of("x", torch.zeros(1)));
            assertThat(x.sum().item_float()).isEqualTo(5000);
        }
    }

    @Test
    void unalignedTensorsAreCopied() throws IOException {
        String json = "{\"a\":" + RawSafetensors.tensor("U8", "[1]", "[0,1]") + ",\"b\":"
                + RawSafetensors.tensor("F32", "[2]", "[1,9]") + "}";
        byte[] bytes = RawSafetensors.file(json, 9);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, 1.5f);
        Path path = Files.write(folder.resolve("m.safetensors"), bytes);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Tensor b = file.tensor("b");
            assertThat(b.data_ptr().address() % 4).isZero();
            assertThat(b.sum().item_float()).isEqualTo(1.5f);
        }
    }

    @Test
    void filesBeyondTwoGibibytesAreOneMapping() throws IOException {
        long big = 3L << 30;
        String json = "{\"a\":" + RawSafetensors.tensor("U8", "[" + big + "]", "[0," + big + "]") + ",\"b\":"
                + RawSafetensors.tensor("I64", "[1]", "[%d,%d]".formatted(big, big + 8)) + "}";
        json += " ".repeat(8 - json.length() % 8);
        Path path = folder.resolve("big.safetensors");
        try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
            byte[] header = RawSafetensors.file(json, 0);
            sparse.write(header);
            sparse.setLength(header.length + big + 8);
            sparse.seek(header.length + big);
            sparse.write(42);
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensor("b").item_long()).isEqualTo(42);
            assertThat(file.tensor("a").select(0, big - 1).item_byte()).isZero();
        }
    }

    @Test
    void saysWhatIsWrongWithAFileThatIsNone() throws IOException {
        Path missing = folder.resolve("none.safetensors");
        assertThatThrownBy(() -> SafetensorsFile.open(missing))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(missing + ": could not be read (" + missing + " does not exist)");
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).hasMessage(folder + ": is not a file");
        Path text = Files.writeString(folder.resolve("x.safetensors"), "<html>Not found, sorry</html>");
        assertThatThrownBy(() -> SafetensorsFile.open(text))
                .hasMessageStartingWith(text + ": is not a safetensors file: ");
        Path good = write(Map.of("x", torch.ones(10)));
        assertThatThrownBy(() -> SafetensorsFile.open(good).tensor("y")).hasMessage(good + ": has no tensor \"y\"");
        byte[] whole = Files.readAllBytes(good);
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> SafetensorsFile.open(cut))
                .hasMessage(cut + ": tensor \"x\" ends at byte 40 of the data, but the file holds only 39:"
                        + " it is cut short or damaged");
    }

    @Test
    void laysOutFilesLikeTheReferenceImplementation() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("bb", torch.ones(2));
        tensors.put("a\ud83d\ude00", torch.zeros(1).to(ScalarType.Half));
        tensors.put("a\uffee\u0007/\"", torch.zeros(1).to(ScalarType.Half));
        tensors.put("s", torch.tensor(7L).squeeze());
        assertThat(Files.readAllBytes(write(tensors)))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("\u0010\u0001\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                        + "\"bb\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
                        + "\"a\uffee\\u0007/\\\"\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[16,18]},"
                        + "\"a\ud83d\ude00\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[18,20]}}       "
                        + "\u0007\0\0\0\0\0\0\0" + "\0\0\ufffd?\0\0\ufffd?" + "\0\0\0\0");
    }

    @Test
    void stridesAndLargeTensorsAreWrittenInOrder() {
        Tensor matrix = torch.arange(new Scalar(0), new Scalar(600_000)).reshape(1000, 600);
        Path path = write(Map.of(
                "t",
                matrix.t(),
                "every",
                matrix.select(1, 3),
                "expanded",
                torch.ones(1).expand(4)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.tensor("t").equal(matrix.t())).isTrue();
            assertThat(file.tensor("every").equal(matrix.select(1, 3))).isTrue();
            assertThat(file.info("expanded").bytes()).isEqualTo(16);
        }
    }

    @Test
    void refusesWhatTheFormatCannotExpress() {
        assertThatThrownBy(() -> write(Map.of("x", torch.ones(1).to(ScalarType.ComplexDouble))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor \"x\" has type ComplexDouble, which safetensors doesn't have");
        assertThatThrownBy(() -> write(Map.of("__metadata__", torch.ones(1))))
                .hasMessage("a tensor can't be named __metadata__, which safetensors reserves");
        assertThatThrownBy(() -> write(Map.of("\ud800", torch.ones(1))))
                .hasMessage("the tensor name \"\\ud800\" isn't Unicode");
        assertThat(folder).isEmptyDirectory();
    }

    private Path write(Map<String, Tensor> tensors) {
        Path path = folder.resolve("m.safetensors");
        SafetensorsWriter.write(path, tensors);
        return path;
    }

    private static long mappings(Path path) {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.endsWith(path.toString())).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
