package io.transformer4j.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON text of a safetensors header token by token: a hostile one of 100 MB costs no more than the names it
 * holds. Used once.
 */
final class SafetensorsHeaderParser {
    // The largest published checkpoints have some hundred thousand tensors over all their files.
    private static final int MAX_TENSORS = 1 << 18;
    private static final int MAX_NAME_CHARS = 1 << 16;
    private static final int MAX_DIMENSIONS = 64; // more than libtorch's own operators take
    private static final int MAX_NUMBER_CHARS = 64;
    private static final int MAX_DEPTH = 16;
    private static final String METADATA = "__metadata__";

    // Canonical names would fill a symbol table with names that occur once.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(SafetensorsHeader.MAX_JSON_BYTES)
                    .build())
            .build();

    private final Path file;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final CharsetEncoder utf8 = StandardCharsets.UTF_8.newEncoder();
    private boolean metadataSeen;

    SafetensorsHeaderParser(Path file) {
        this.file = file;
    }

    SafetensorsHeader parse(ByteBuffer json, long dataBegin) {
        if (json.get(json.position()) != '{') {
            throw wrong("must start with {");
        }
        try (Reader text = strictUtf8(json);
                JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                readEntry(parser);
            }
            if (parser.nextToken() != null) {
                throw wrong("has something after its closing }");
            }
        } catch (JacksonIOException e) {
            throw e.getCause() instanceof CharacterCodingException
                    ? new CheckpointException(file, "header is not UTF-8", e)
                    : new CheckpointException(file, "could not be read", e);
        } catch (JacksonException e) {
            throw new CheckpointException(
                    file, "header is not valid JSON" + near(e) + " (" + Quoted.plain(e.getOriginalMessage()) + ")", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "could not be read (" + AtomicFiles.reason(e) + ")", e);
        }
        return new SafetensorsHeader(tensors, metadata, dataBegin);
    }

    private void readEntry(JsonParser parser) {
        String name = wellFormed(parser.currentName());
        if (name.equals(METADATA)) {
            readMetadata(parser);
        } else if (tensors.containsKey(name)) {
            throw wrong("names the tensor " + Quoted.text(name) + " twice");
        } else if (tensors.size() == MAX_TENSORS) {
            throw wrong("names more than " + MAX_TENSORS + " tensors");
        } else {
            tensors.put(name, readTensor(parser, name));
        }
    }

    private void readMetadata(JsonParser parser) {
        if (metadataSeen) {
            throw wrong("has __metadata__ twice");
        }
        metadataSeen = true;
        JsonToken start = parser.nextToken();
        if (start == JsonToken.VALUE_NULL) {
            return;
        }
        if (start != JsonToken.START_OBJECT) {
            throw wrong("__metadata__ must be an object");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = wellFormed(parser.currentName());
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw wrong("__metadata__ " + Quoted.text(key) + " must be a string");
            }
            if (metadata.size() == MAX_TENSORS) {
                throw wrong("has more than " + MAX_TENSORS + " entries of __metadata__");
            }
            if (metadata.put(key, wellFormed(parser.getString())) != null) {
                throw wrong("has __metadata__ " + Quoted.text(key) + " twice");
            }
        }
    }

    private TensorInfo readTensor(JsonParser parser, String name) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw wrong(name, "must be an object with dtype, shape and data_offsets");
        }
        SafetensorsDtype dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> dtype = first(name, key, dtype, readDtype(parser, name));
                case "shape" -> shape = first(name, key, shape, readSizes(parser, name, key, MAX_DIMENSIONS));
                case "data_offsets" -> offsets = first(name, key, offsets, readSizes(parser, name, key, 2));
                default -> parser.skipChildren(); // as the reference implementation does
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw wrong(name, "lacks " + (dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets"));
        }
        if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
            throw wrong(name, "has data_offsets " + offsets + ", which must be a begin and an end not before it");
        }
        TensorInfo tensor = new TensorInfo(name, dtype, shape, offsets.get(0), offsets.get(1));
        checkBytes(tensor);
        return tensor;
    }

    private void checkBytes(TensorInfo tensor) {
        long bytes = tensor.dtype().bytes();
        long strides = 1; // libtorch computes with sizes of at least 1, so an empty tensor can overflow too
        try {
            for (long size : tensor.shape()) {
                bytes = Math.multiplyExact(bytes, size);
                strides = Math.multiplyExact(strides, Math.max(size, 1));
            }
        } catch (ArithmeticException e) {
            throw wrong(tensor.name(), "has shape " + tensor.shape() + ", more elements than can be counted", e);
        }
        if (bytes != tensor.bytes()) {
            throw wrong(
                    tensor.name(),
                    "has dtype " + tensor.dtype() + " and shape " + tensor.shape() + ", so needs " + bytes
                            + " bytes, but its data_offsets [" + tensor.begin() + ", " + tensor.end() + "] hold "
                            + tensor.bytes());
        }
    }

    private SafetensorsDtype readDtype(JsonParser parser, String name) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong(name, "dtype must be a string");
        }
        String dtype = parser.getString();
        return SafetensorsDtype.byName(dtype)
                .orElseThrow(() -> wrong(name, "has dtype " + Quoted.text(dtype) + ", which is none of " + known()));
    }

    private List<Long> readSizes(JsonParser parser, String name, String key, int most) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(name, key + " must be a list of numbers");
        }
        List<Long> sizes = new ArrayList<>(4);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || parser.getLongValue() < 0) {
                throw wrong(name, key + " must hold whole numbers from 0 to " + Long.MAX_VALUE);
            }
            if (sizes.size() == most) {
                throw wrong(name, key + " has more than " + most + " numbers");
            }
            sizes.add(parser.getLongValue());
        }
        return sizes;
    }

    private <T> T first(String name, String key, @Nullable T earlier, T value) {
        if (earlier != null) {
            throw wrong(name, "has " + key + " twice");
        }
        return value;
    }

    /** JSON can spell half of a surrogate pair, which is no character: such a name could never be written again. */
    private String wellFormed(String text) {
        if (!utf8.canEncode(text)) {
            throw wrong("has the text " + Quoted.text(text) + ", which isn't Unicode");
        }
        return text;
    }

    private CheckpointException wrong(String problem) {
        return new CheckpointException(file, "header " + problem);
    }

    private CheckpointException wrong(String tensor, String problem) {
        return new CheckpointException(file, "header: tensor " + Quoted.text(tensor) + " " + problem);
    }

    private CheckpointException wrong(String tensor, String problem, Throwable cause) {
        return new CheckpointException(file, "header: tensor " + Quoted.text(tensor) + " " + problem, cause);
    }

    /** Where the parser stopped; it doesn't say for everything. */
    private static String near(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null ? "" : " near character " + location.getCharOffset();
    }

    private static String known() {
        return Arrays.stream(SafetensorsDtype.values()).map(Enum::name).collect(Collectors.joining(", "));
    }

    /** A reader that refuses what {@code new String(bytes, UTF_8)} would repair. */
    private static Reader strictUtf8(ByteBuffer bytes) {
        return new InputStreamReader(
                new BufferStream(bytes.duplicate()),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
    }

    /** A buffer as a stream. */
    private static final class BufferStream extends InputStream {
        private final ByteBuffer buffer;

        BufferStream(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public int read() {
            return buffer.hasRemaining() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (!buffer.hasRemaining()) {
                return -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(bytes, offset, count);
            return count;
        }
    }
}
