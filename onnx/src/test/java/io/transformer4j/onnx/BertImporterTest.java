package io.transformer4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.pipelines.FeatureExtractionPipeline;
import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.pipelines.Pipelines;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.protobuf.ProtobufException;
import io.transformer4j.protobuf.ProtobufWriter;
import io.transformer4j.tokenizers.EncodeOptions;
import io.transformer4j.tokenizers.Padding;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Graphs that are made of a known model must become that model again. */
class BertImporterTest {
    private static final int HEADS = 2;
    private static final Tokenizer TOKENIZER = Tokenizers.bertUncased(
            Vocabulary.of(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "sat", "##s")));
    private static final String TEXT = "Cats sat: dog";

    @TempDir
    private static Path original;

    @TempDir
    Path folder;

    private Path target;

    @BeforeAll
    static void makeModel() {
        BertConfig config = BertConfig.BASE.with(c -> c.vocabSize(TOKENIZER.vocabSize())
                .hiddenSize(8)
                .numHiddenLayers(2)
                .numAttentionHeads(HEADS)
                .intermediateSize(12)
                .maxPositionEmbeddings(16)
                .initializerRange(0.5));
        try (PretrainedModel model = new BertModel(config)) {
            model.initializeWeights(3, Devices.cpu());
            Models.save(model, original);
        }
        TOKENIZER.save(original);
    }

    @BeforeEach
    void chooseTarget() {
        target = folder.resolve("imported");
    }

    private static TinyOnnx graph() {
        return new TinyOnnx(original, HEADS);
    }

    private void importBytes(byte[] onnx) {
        BertImporter.importGraph(
                Path.of("model.onnx"), ByteBuffer.wrap(onnx), TOKENIZER, SentencePooling.DEFAULT, target, "# Card\n");
    }

    private static float[] embed(Path model) {
        try (FeatureExtractionPipeline pipeline =
                Pipelines.featureExtraction(model, PipelineOptions.DEFAULT.with(o -> o.threads(1)))) {
            return pipeline.embed(TEXT);
        }
    }

    @ParameterizedTest
    @MethodSource("io.transformer4j.onnx.TinyOnnx#dialects")
    void aGraphBecomesTheModelItWasMadeOf(String dialect) {
        importBytes(graph().dialect(dialect).bytes());

        assertThat(embed(target)).containsExactly(embed(original));
        BertConfig config = (BertConfig) Models.config(target.resolve("config.json"));
        assertThat(config)
                .isEqualTo(((BertConfig) Models.config(original.resolve("config.json")))
                        .with(c -> c.initializerRange(0.02).other(config.other())));
    }

    @Test
    void halfPrecisionIsNearEnough() {
        importBytes(graph().kind(TinyOnnx.Values.FLOAT16).bytes());

        assertThat(embed(target)).usingComparatorWithPrecision(0.01f).containsExactly(embed(original));
    }

    @Test
    void theFolderHasAllThatOthersNeed() throws IOException {
        Tokenizer padding = TOKENIZER.withOptions(EncodeOptions.defaults().withPadding(Padding.fixed(12, 0, "[PAD]")));
        Path onnx = Files.write(folder.resolve("m.onnx"), graph().bytes());
        BertImporter.importFile(onnx, padding, new SentencePooling(Pooling.CLS, false, 10), target);

        assertThat(target).isDirectoryContaining("glob:**/vocab.txt");
        for (String name : List.of(
                "config.json",
                "model.safetensors",
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "modules.json",
                "1_Pooling/config.json",
                "sentence_bert_config.json",
                "README.md")) {
            assertThat(target.resolve(name)).isNotEmptyFile();
        }
        assertThat(SentencePooling.read(target)).isEqualTo(new SentencePooling(Pooling.CLS, false, 10));
        assertThat(Tokenizer.load(target).encode("cat").length()).isEqualTo(3);
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws IOException {
        Files.createDirectories(target);
        Path mine = Files.writeString(target.resolve("mine.txt"), "x");

        assertThatThrownBy(() -> importBytes(graph().bytes())).hasMessageContaining("is not empty");
        assertThat(mine).hasContent("x");
    }

    private void assertRefused(byte[] onnx, String reason) {
        assertThatThrownBy(() -> importBytes(onnx))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("model.onnx: ")
                .hasMessageContaining(reason);
        assertThat(target).doesNotExist();
    }

    @Test
    void whatIsNoBertIsRefused() {
        assertRefused(graph().node("CumSum").bytes(), "counts positions from the ids (CumSum)");
        assertRefused(graph().node("MatMulInteger").bytes(), "it is quantized (MatMulInteger)");
        assertRefused(
                graph().initializer(floats("adapter.weight", 3, new byte[12])).bytes(),
                "BERT has no place for the tensor \"adapter.weight\" (FLOAT [3])");
        assertRefused(graph().withoutBiasNames().withoutNodeNames().bytes(), "nothing says which weight the tensor");
        assertRefused(new byte[0], "it has no graph");
        assertRefused("not a graph".getBytes(StandardCharsets.UTF_8), "is not the ONNX graph of a BERT");
    }

    private static ProtobufWriter floats(String name, long size, byte[] raw) {
        return new ProtobufWriter()
                .varint(1, size)
                .varint(2, OnnxTensor.FLOAT)
                .string(8, name)
                .bytes(9, raw);
    }

    @Test
    void liesAboutSizesAreNoticedBeforeAnythingIsAllocated() {
        ProtobufWriter external = floats("other.weight", 3, new byte[0]).varint(14, 1);
        assertRefused(graph().initializer(external).bytes(), "has its values in another file (external data)");
        String name = "encoder.layer.0.attention.self.query.bias";
        assertRefused(withoutThenWith(name, floats(name, Long.MAX_VALUE, new byte[4])), "4 bytes of values");
        assertRefused(withoutThenWith(name, floats(name, -1, new byte[4])), "has a negative size");
        assertRefused(
                withoutThenWith(name, floats(name, 1L << 40, new byte[4]).varint(1, 1L << 40)),
                "more elements than can be");
        assertRefused(withoutThenWith(name, floats(name, 8, new byte[31])), "31 bytes of values");
    }

    /** The graph with another tensor in place of one of its own. */
    private static byte[] withoutThenWith(String name, ProtobufWriter tensor) {
        return graph().replacing(name, tensor).bytes();
    }

    @Test
    void cutGraphsAreRefused() {
        byte[] whole = graph().bytes();
        for (int length = 1; length < whole.length; length += 1 + length / 16) {
            assertRefused(Arrays.copyOf(whole, length), "");
        }
    }

    @Test
    void damagedGraphsGiveAModelOrASentence() {
        byte[] whole = graph().bytes();
        Random random = new Random(11);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= random.nextInt(4); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                BertGraph bert = new BertGraph(OnnxGraph.parse(ByteBuffer.wrap(damaged)));
                new BertShape(bert).config(0);
                bert.weights().values().forEach(weight -> weight.tensor().floats());
            } catch (ProtobufException | IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void halvesAreDecoded() {
        byte[] raw = {0, 0x3C, 0, (byte) 0xC0, 1, 0, 0, 0x7C, (byte) 0xFF, 0x7B};
        OnnxTensor tensor =
                new OnnxTensor("h", List.of(5L), OnnxTensor.FLOAT16, ByteBuffer.wrap(raw), ByteBuffer.allocate(0));

        assertThat(tensor.floats())
                .usingComparatorWithPrecision(0f)
                .containsExactly(1f, -2f, 0x1p-24f, Float.POSITIVE_INFINITY, 65504f);
        assertThat((double) tensor.floats()[2]).isCloseTo(5.96e-8, within(1e-10));
    }
}
