package io.transformer4j.onnx;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Turns the ONNX graph of a BERT encoder into a model folder of Hugging Face's layout: {@code config.json}, {@code
 * model.safetensors}, the tokenizer's files, and what sentence-transformers needs. The graph itself is never run.
 */
public final class BertImporter {
    private static final String CARD = """
            ---
            library_name: sentence-transformers
            pipeline_tag: sentence-similarity
            tags:
            - bert
            - transformer4j
            ---

            # %1$s

            Imported by Transformer4j from the ONNX graph `%1$s`. Where its weights come from, and under which licence, is not known to the
            program that wrote this file: say so here.

            ```python
            from sentence_transformers import SentenceTransformer
            model = SentenceTransformer("this-folder")
            ```
            """;

    private BertImporter() {}

    /**
     * Imports a file.
     *
     * @param onnx at most 2 GB, in one file
     * @param tokenizer of the model; what it says of cutting and padding is left out, since that is the caller's to choose
     * @param target a folder that doesn't exist, or is empty; it appears complete or not at all
     * @throws CheckpointException if the file isn't the graph of a BERT encoder, or the folder can't be written
     */
    public static void importFile(Path onnx, Tokenizer tokenizer, SentencePooling pooling, Path target) {
        ByteBuffer bytes;
        try (FileChannel channel = FileChannel.open(onnx, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new CheckpointException(onnx, "has more than 2 GB, which no ONNX file in one piece has");
            }
            bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new CheckpointException(onnx, "could not be read (" + e + ")", e);
        }
        importGraph(onnx, bytes, tokenizer, pooling, target, CARD.formatted(onnx.getFileName()));
    }

    /**
     * Imports a graph that is in memory; see {@link #importFile}.
     *
     * @param source what messages call it
     * @param card text of the folder's README.md
     */
    static void importGraph(
            Path source, ByteBuffer onnx, Tokenizer tokenizer, SentencePooling pooling, Path target, String card) {
        checkTarget(target);
        try {
            BertGraph bert = new BertGraph(OnnxGraph.parse(onnx));
            BertConfig config = config(source, bert, tokenizer);
            AtomicFiles.writeFolder(target, folder -> {
                writeConfig(config, folder);
                writeWeights(bert, folder);
                tokenizer.withOptions(EncodeOptions.defaults()).save(folder);
                pooling.write(folder, config.hiddenSize());
                AtomicFiles.writeString(folder.resolve("README.md"), card);
                checkLoads(folder);
            });
        } catch (ProtobufException e) {
            throw new CheckpointException(source, "is not the ONNX graph of a BERT: " + e.getMessage(), e);
        }
    }

    private static void checkTarget(Path target) {
        if (!Files.exists(target)) {
            return;
        }
        try (Stream<Path> files = Files.list(target)) {
            if (files.findAny().isPresent()) {
                throw new CheckpointException(target, "is not empty: choose another folder for the imported model");
            }
        } catch (IOException e) {
            throw new CheckpointException(target, "can't be the folder of the imported model (" + e + ")", e);
        }
    }

    private static BertConfig config(Path source, BertGraph bert, Tokenizer tokenizer) {
        BertConfig config;
        try {
            config = new BertShape(bert).config(tokenizer.padTokenId().orElse(0));
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(source, "is not the ONNX graph of a BERT: " + e.getMessage(), e);
        }
        if (tokenizer.vocabSize() > config.vocabSize()) {
            throw new CheckpointException(
                    source,
                    "has a vocabulary of " + config.vocabSize() + ", but the tokenizer has " + tokenizer.vocabSize()
                            + " tokens: they don't belong together");
        }
        return config;
    }

    private static void writeConfig(BertConfig config, Path folder) {
        Map<String, Object> tree = new LinkedHashMap<>(ConfigJson.tree(config));
        tree.put("architectures", List.of("BertModel"));
        tree.put("dtype", "float32");
        ConfigJson.write(folder.resolve(Models.CONFIG_NAME), tree);
    }

    private static void writeWeights(BertGraph bert, Path folder) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            bert.weights().forEach((name, weight) -> tensors.put(name, tensor(weight)));
            CheckpointWriter.write(folder, tensors);
        }
    }

    private static Tensor tensor(BertGraph.Weight weight) {
        long[] shape =
                weight.tensor().shape().stream().mapToLong(Long::longValue).toArray();
        Tensor tensor = Tensor.create(weight.tensor().floats(), shape);
        return weight.transposed() ? tensor.t() : tensor;
    }

    /** Names and shapes are checked by the one who will read them. */
    private static void checkLoads(Path folder) {
        Models.load(folder, Devices.cpu()).close();
    }
}
