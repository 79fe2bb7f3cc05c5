package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.tokenizers.models.Vocabulary;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Commands in processes of their own whose environment names a hub on this machine, which has a sharded BERT. */
class ModelNamesTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private static Path folder;

    private static final List<String> REQUESTS = Collections.synchronizedList(new ArrayList<>());
    private static Path model;
    private static HttpServer hub;

    @BeforeAll
    static void serveAModel() throws IOException {
        model = folder.resolve("model");
        Vocabulary words = Vocabulary.of(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "sat", "the"));
        Tokenizers.bertUncased(words).save(model);
        try (PretrainedModel bert = new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(words.size())
                .hiddenSize(8)
                .numHiddenLayers(1)
                .numAttentionHeads(2)
                .intermediateSize(16)
                .maxPositionEmbeddings(16)))) {
            bert.initializeWeights(1, Devices.cpu());
            Models.save(bert, model);
        }
        shard();
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            REQUESTS.add(exchange.getRequestMethod() + " " + path);
            Path file = model.resolve(path.replaceFirst("^/org/tiny/resolve/" + COMMIT + "/", ""));
            byte[] body = path.equals("/api/models/org/tiny/revision/main")
                    ? listing()
                    : Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
            exchange.getResponseHeaders().add("ETag", "\"" + path.replace('/', '-') + "\"");
            if (body == null || exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(body == null ? 404 : 200, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        hub.start();
    }

    /** Splits the weights into files of a few kilobytes. */
    private static void shard() throws IOException {
        Path whole = model.resolve("model.safetensors");
        try (TensorScope scope = new TensorScope();
                CheckpointReader reader = CheckpointReader.open(whole)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            reader.names().forEach(name -> tensors.put(name, reader.tensor(name).clone()));
            CheckpointWriter.write(model, tensors, 1000);
        }
        assertThat(whole).doesNotExist();
    }

    private static byte[] listing() throws IOException {
        try (Stream<Path> files = Files.list(model)) {
            List<Map<String, String>> siblings = files.map(
                            file -> Map.of("rfilename", file.getFileName().toString()))
                    .toList();
            return JsonMapper.shared()
                    .writeValueAsString(Map.of("sha", COMMIT, "siblings", siblings))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    @AfterAll
    static void stop() {
        hub.stop(0);
    }

    private ChildProcess run(Path home, Map<String, String> more, String... args) throws Exception {
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "HF_HOME", home.toString(),
                "HF_HUB_CACHE", "",
                "HF_TOKEN", "",
                "HF_HUB_OFFLINE", "",
                "HF_ENDPOINT", "http://127.0.0.1:" + hub.getAddress().getPort()));
        environment.putAll(more);
        return ChildProcess.java(environment, T4j.class, args);
    }

    @Test
    void aShardedModelOfTheHubWorksLikeAFolder() throws Exception {
        Path home = folder.resolve("home");
        ChildProcess fromHub = run(home, Map.of(), "fill-mask", "org/tiny", "The cat [MASK]");
        int requests = REQUESTS.size();
        ChildProcess offline =
                run(home, Map.of("HF_HUB_OFFLINE", "1"), "fill-mask", "--model", "org/tiny", "The cat [MASK]");

        assertThat(fromHub.exitCode()).as(fromHub.err()).isZero();
        assertThat(fromHub.out())
                .isEqualTo(t4j("fill-mask", model.toString(), "The cat [MASK]").out());
        assertThat(fromHub.err()).contains("downloading");
        assertThat(offline.out()).isEqualTo(fromHub.out());
        assertThat(REQUESTS).hasSize(requests);
        assertThat(home.resolve("hub/models--org--tiny/snapshots")
                        .resolve(COMMIT)
                        .resolve("model.safetensors.index.json"))
                .exists();
    }

    @Test
    void infoAndTokenizersFetchNoWeights() throws Exception {
        Path home = folder.resolve("small-home");
        int before = REQUESTS.size();
        ChildProcess info = run(home, Map.of(), "info", "org/tiny");
        ChildProcess ids = run(home, Map.of(), "tokenizer", "encode", "org/tiny", "the cat");

        assertThat(info.exitCode()).as(info.err()).isZero();
        assertThat(info.out()).startsWith("BertForMaskedLM: 1 layers");
        assertThat(ids.out().strip()).isEqualTo("2 7 5 3");
        assertThat(REQUESTS.subList(before, REQUESTS.size())).noneMatch(request -> request.contains("safetensors"));
    }

    @Test
    void downloadPrintsTheFolderAndCopies() throws Exception {
        Path to = folder.resolve("copy");
        ChildProcess run = run(
                folder.resolve("home-2"),
                Map.of(),
                "download",
                "org/tiny",
                "--revision",
                "main",
                "--to",
                to.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().strip()).isEqualTo(to.toString());
        assertThat(t4j("fill-mask", to.toString(), "The cat [MASK]").exitCode()).isZero();
        assertThat(to.resolve("config.json")).isRegularFile().hasSameBinaryContentAs(model.resolve("config.json"));
        assertThat(Files.isSymbolicLink(to.resolve("config.json"))).isFalse();
    }

    @Test
    void whatDoesNotExistIsOneSentence() throws Exception {
        ChildProcess missing = run(folder.resolve("home-3"), Map.of(), "info", "org/missing");
        ChildProcess offline = run(folder.resolve("home-3"), Map.of("HF_HUB_OFFLINE", "1"), "info", "org/tiny");

        assertThat(missing.exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(missing.err().lines())
                .singleElement()
                .isEqualTo("t4j info: 127.0.0.1 has no repository org/missing (HTTP 404)");
        assertThat(offline.err()).contains("HF_HUB_OFFLINE is set");
    }
}
