package io.transformer4j.checkpoint;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes safetensors files, byte for byte those of the reference implementation (safetensors 0.8): tensors by falling alignment,
 * then by name; compact JSON; the header filled with spaces to a multiple of eight bytes.
 *
 * <p>Writing is atomic, and costs no memory beyond the contiguous copy of one tensor at a time, where it needs one.
 */
public final class SafetensorsWriter {
    /** What Hugging Face's libraries note in the files that they write, and want to find. */
    public static final Map<String, String> PYTORCH_FORMAT = Map.of("format", "pt");

    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .build();

    private SafetensorsWriter() {}

    /** Writes {@code tensors} with the note {@link #PYTORCH_FORMAT}; see {@link #write(Path, Map, Map)}. */
    public static void write(Path file, Map<String, Tensor> tensors) {
        write(file, tensors, PYTORCH_FORMAT);
    }

    /**
     * Writes or replaces {@code file}.
     *
     * @param tensors of any device and strides; each is written whole, so of tied tensors give one
     * @param metadata in the order given; left out if empty
     * @throws IllegalArgumentException if the format can't express a tensor's type or name
     * @throws CheckpointException if the file couldn't be written; what was there before is unchanged
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<TensorInfo> layout = layout(tensors);
        byte[] header = header(layout, metadata);
        AtomicFiles.write(file, out -> {
            out.write(header);
            for (TensorInfo info : layout) {
                NativeTensors.write(tensors.get(info.name()), out);
            }
        });
    }

    /** Produces the rows of a matrix, some at a time, in order. */
    @FunctionalInterface
    public interface RowSource {
        /** Hands all rows to {@code sink}, which copies them. */
        void writeTo(RowSink sink) throws IOException;
    }

    /** Takes rows of a matrix, whole ones, one behind the other. */
    @FunctionalInterface
    public interface RowSink {
        /** The next rows. */
        void accept(float[] rows) throws IOException;
    }

    /**
     * Writes a float32 matrix that need not fit into memory.
     *
     * @throws IllegalStateException if {@code source} gives another number of rows; then nothing is written
     */
    public static void writeMatrix(Path file, String name, long rows, long columns, RowSource source) {
        long bytes = Math.multiplyExact(Math.multiplyExact(rows, columns), Float.BYTES);
        byte[] header =
                header(List.of(new TensorInfo(name, SafetensorsDtype.F32, List.of(rows, columns), 0, bytes)), Map.of());
        AtomicFiles.write(file, out -> {
            out.write(header);
            long[] written = {0};
            source.writeTo(values -> {
                ByteBuffer buffer =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                buffer.asFloatBuffer().put(values);
                out.write(buffer.array());
                written[0] += buffer.capacity();
            });
            if (written[0] != bytes) {
                throw new IllegalStateException(name + " has " + bytes + " bytes, but " + written[0] + " were given");
            }
        });
    }

    /** Where each tensor will stand. */
    private static List<TensorInfo> layout(Map<String, Tensor> tensors) {
        List<TensorInfo> infos = new ArrayList<>();
        tensors.forEach((name, tensor) -> infos.add(describe(name, tensor)));
        infos.sort(Comparator.comparing(TensorInfo::dtype).thenComparing(i -> utf8(i.name()), Arrays::compareUnsigned));
        List<TensorInfo> placed = new ArrayList<>(infos.size());
        long begin = 0;
        for (TensorInfo info : infos) {
            long end = Math.addExact(begin, info.bytes());
            placed.add(new TensorInfo(info.name(), info.dtype(), info.shape(), begin, end));
            begin = end;
        }
        return placed;
    }

    /** Type, shape and length of a tensor, as yet without a place. */
    static TensorInfo describe(String name, Tensor tensor) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("a tensor can't be named __metadata__, which safetensors reserves");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new IllegalArgumentException("the tensor name " + Quoted.text(name) + " isn't Unicode");
        }
        SafetensorsDtype dtype = SafetensorsDtype.of(tensor.scalar_type())
                .orElseThrow(() -> new IllegalArgumentException("tensor " + Quoted.text(name) + " has type "
                        + tensor.scalar_type().intern() + ", which safetensors doesn't have"));
        List<Long> shape = NativeTensors.shape(tensor);
        return new TensorInfo(name, dtype, shape, 0, tensor.numel() * dtype.bytes());
    }

    private static byte[] header(List<TensorInfo> layout, Map<String, String> metadata) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart("__metadata__");
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            for (TensorInfo info : layout) {
                json.writeObjectPropertyStart(info.name());
                json.writeStringProperty("dtype", info.dtype().name());
                json.writeName("shape");
                json.writeArray(info.sizes(), 0, info.shape().size());
                json.writeName("data_offsets");
                json.writeArray(new long[] {info.begin(), info.end()}, 0, 2);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return padded(utf8(text.toString()));
    }

    private static byte[] padded(byte[] json) {
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (length > SafetensorsHeader.MAX_JSON_BYTES) {
            throw new IllegalArgumentException("the header would have " + length
                    + " bytes, but safetensors allows only " + SafetensorsHeader.MAX_JSON_BYTES);
        }
        byte[] header = new byte[SafetensorsHeader.LENGTH_BYTES + length];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json);
        return header;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
