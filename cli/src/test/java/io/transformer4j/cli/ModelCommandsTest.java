package io.transformer4j.cli;

import static io.transformer4j.cli.CommandLineRun.t4j;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.pipelines.Pooling;
import io.transformer4j.pipelines.SentencePooling;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.torch.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that use a checkpoint folder or a tokenizer, from training the tokenizer on. */
class ModelCommandsTest {
    @TempDir
    private static Path folder;

    private static Path bert;
    private static Path gpt2;

    @BeforeAll
    static void makeModels() throws IOException {
        Path corpus = folder.resolve("corpus.txt");
        Files.writeString(corpus, """
            The cat sat on the mat and looked at the river.
            He went to the bank to get some money.

            The river bank was green, and the water was cold.
            """);
        bert = folder.resolve("bert");
        gpt2 = folder.resolve("gpt2");
        int wordPiece = train(corpus, bert, "--type", "wordpiece", "--vocab-size", "100");
        int bpe = train(corpus, gpt2, "--type", "bpe", "--vocab-size", "280");
        save(
                new BertForMaskedLM(BertConfig.BASE.with(c -> c.vocabSize(wordPiece)
                        .hiddenSize(16)
                        .numHiddenLayers(2)
                        .numAttentionHeads(2)
                        .intermediateSize(32)
                        .maxPositionEmbeddings(32))),
                bert);
        save(
                new GPT2LMHeadModel(GPT2Config.SMALL.with(
                        c -> c.vocabSize(bpe).nPositions(32).nEmbd(16).nLayer(2).nHead(2))),
                gpt2);
    }

    private static int train(Path corpus, Path out, String... options) {
        List<String> args = new ArrayList<>(List.of("tokenizer", "train", "--min-frequency", "1"));
        args.addAll(List.of(options));
        args.addAll(List.of("--out", out.toString(), corpus.toString()));
        CommandLineRun run = t4j(args.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        Tokenizer tokenizer = Tokenizer.load(out);
        assertThat(run.out()).isEqualToIgnoringNewLines(tokenizer.vocabSize() + " tokens; the tokenizer is in " + out);
        return tokenizer.vocabSize();
    }

    private static void save(PretrainedModel model, Path out) {
        try (model) {
            model.initializeWeights(1, Devices.cpu());
            Models.save(model, out);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fill-mask",
                "generate",
                "embed",
                "info",
                "bench-attention",
                "convert-attention",
                "show-attention",
                "download",
                "import-onnx",
                "tokenizer train",
                "tokenizer encode",
                "tokenizer decode"
            })
    void explainItselfWithExamples(String command) {
        CommandLineRun run = t4j((command + " --help").split(" "));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).startsWith("Usage: t4j " + command).contains("Examples:", "  t4j " + command, "--config");
    }

    @Test
    void fillMaskListsCandidates() {
        CommandLineRun run = t4j("fill-mask", bert.toString(), "The [MASK] sat on the mat.", "--top-k", "3");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines()).hasSize(4);
        assertThat(run.out().lines().skip(1))
                .allSatisfy(line -> assertThat(line).matches(" *\\d+\\.\\d\\d %  \\S+ +the.* sat on the mat\\."));
    }

    @Test
    void generateContinuesThePrompt() {
        CommandLineRun greedy = t4j("generate", gpt2.toString(), "The river", "--max-new-tokens", "8");
        CommandLineRun sampled =
                t4j("generate", gpt2.toString(), "The river", "--max-new-tokens", "8", "--temperature", "2");
        CommandLineRun again = t4j(
                "generate",
                gpt2.toString(),
                "The river",
                "--max-new-tokens",
                "8",
                "--temperature",
                "2",
                "--seed",
                "42");

        assertThat(greedy.exitCode()).as(greedy.err()).isZero();
        assertThat(greedy.out()).startsWith("The river");
        assertThat(greedy.err()).contains("[8 tokens, ", "ended by length]");
        assertThat(sampled.out()).startsWith("The river").isNotEqualTo(greedy.out());
        assertThat(again.out()).isEqualTo(sampled.out());
    }

    @Test
    void generateStopsBeforeAStopText() {
        String all = t4j("generate", gpt2.toString(), "The river", "--max-new-tokens", "12")
                .out()
                .strip();
        String stop = all.substring(all.length() - 3, all.length() - 1);
        CommandLineRun run =
                t4j("generate", gpt2.toString(), "The river", "--max-new-tokens", "12", "--stop", "zzzz," + stop);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).as("stop at '%s' in '%s'", stop, all).contains("ended by stop string");
        assertThat(all)
                .startsWith(run.out().stripTrailing())
                .isNotEqualTo(run.out().strip());
    }

    @Test
    void optionsMayComeFromAFile() throws IOException {
        Path config = folder.resolve("generate.yaml");
        Files.writeString(config, "maxNewTokens: 5\nrepetitionPenalty: 1.5\n");
        CommandLineRun run = t4j("generate", gpt2.toString(), "The", "--config", config.toString());
        CommandLineRun flag =
                t4j("generate", gpt2.toString(), "The", "--config", config.toString(), "--max-new-tokens", "4");

        assertThat(run.err()).contains("[5 tokens");
        assertThat(flag.err()).contains("[4 tokens");
    }

    @Test
    void embedWritesJsonLines() {
        CommandLineRun run = t4j("embed", bert.toString(), "The cat", "the river bank");
        List<JsonNode> lines = run.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(lines).extracting(line -> line.get("text").asString()).containsExactly("The cat", "the river bank");
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.get("embedding").size()).isEqualTo(16);
            assertThat(line.get("embedding")
                            .valueStream()
                            .mapToDouble(x -> x.asDouble() * x.asDouble())
                            .sum())
                    .isCloseTo(1, within(1e-5));
        });
    }

    @Test
    void embedReadsAFileAndWritesTabs() throws IOException {
        Path file = folder.resolve("sentences.txt");
        Files.writeString(file, "The cat\n\nthe river bank\n");
        CommandLineRun run = t4j(
                "embed",
                bert.toString(),
                "--file",
                file.toString(),
                "--pooling",
                "last-four",
                "--format",
                "tsv",
                "--no-normalize");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.split("\t")).hasSize(17));
    }

    @Test
    void embedPoolsAsTheModelSaysUnlessToldOtherwise() throws IOException {
        Path sentences = folder.resolve("sentences");
        CommandLineRun copied = t4j("download", bert.toString(), "--to", sentences.toString());
        assertThat(copied.exitCode()).as(copied.err()).isZero();
        new SentencePooling(Pooling.CLS, false, SentencePooling.UNLIMITED).write(sentences, 16);
        String mean = t4j("embed", bert.toString(), "The cat").out();

        assertThat(t4j("embed", "--model", sentences.toString(), "The cat").out())
                .isEqualTo(t4j("embed", bert.toString(), "--pooling", "cls", "--no-normalize", "The cat")
                        .out())
                .isNotEqualTo(mean);
        assertThat(t4j("embed", sentences.toString(), "--pooling", "mean", "The cat")
                        .out())
                .isEqualTo(mean);
    }

    @Test
    void embedGivesTokensTheirPlaces() {
        CommandLineRun run = t4j("embed", bert.toString(), "--tokens", "The cat");
        JsonNode tokens = JsonMapper.shared().readTree(run.out()).get("tokens");

        assertThat(tokens.get(0).get("text").asString()).isEqualTo("[CLS]");
        assertThat(tokens.get(1).get("text").asString()).isEqualTo("the");
        assertThat(tokens.get(1).get("end").asInt()).isEqualTo(3);
        assertThat(tokens.get(1).get("vector").size()).isEqualTo(16);
    }

    @Test
    void infoCountsPartsAndCosts() throws IOException {
        Path configOnly = Files.createDirectories(folder.resolve("config-only"));
        Files.copy(gpt2.resolve("config.json"), configOnly.resolve("config.json"));
        CommandLineRun run = t4j("info", configOnly.toString(), "--length", "8", "--batch-size", "4");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("GPT2LMHeadModel: 2 layers, 2 heads, hidden size 16, feed-forward 64, vocabulary 280")
                .containsPattern("feed-forward +4,256\\R")
                .contains("Operations per token at length 8", "batch of 4 x 8 tokens", "KV cache per token");
    }

    @Test
    void encodeAndDecodeAreInverse() {
        CommandLineRun encoded = t4j("tokenizer", "encode", bert.toString(), "the cat sat.");
        String[] ids = encoded.out().strip().split(" ");
        CommandLineRun tokens =
                t4j("tokenizer", "encode", bert.toString(), "the cat", "--tokens", "--no-special-tokens");
        String[] decode = Stream.concat(Stream.of("tokenizer", "decode", bert.toString()), Arrays.stream(ids))
                .toArray(String[]::new);

        assertThat(encoded.exitCode()).as(encoded.err()).isZero();
        assertThat(tokens.out().strip()).isEqualTo("the cat");
        assertThat(t4j(decode).out().strip()).isEqualTo("the cat sat.");
    }

    @Test
    void wordPieceMayKeepCapitals() throws IOException {
        Path out = folder.resolve("cased");
        CommandLineRun run = t4j(
                "tokenizer",
                "train",
                "--no-lowercase",
                "--min-frequency",
                "1",
                "--out",
                out.toString(),
                folder.resolve("corpus.txt").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(t4j("tokenizer", "encode", out.toString(), "--tokens", "--no-special-tokens", "The cat")
                        .out()
                        .strip())
                .isEqualTo("The cat");
    }

    @Test
    void trainersTakeTheirOptions() {
        Path corpus = folder.resolve("corpus.txt");
        Path pieces = folder.resolve("pieces");
        Path wordPiece = folder.resolve("options");
        train(corpus, pieces, "--type", "unigram", "--vocab-size", "60", "--special-tokens", "<unk>,</s>,<x>");
        train(
                corpus,
                wordPiece,
                "--continuing-prefix",
                "@@",
                "--max-input-chars-per-word",
                "3",
                "--limit-alphabet",
                "9");

        Tokenizer unigram = Tokenizer.load(pieces);
        assertThat(unigram.idToToken(2)).isEqualTo("<x>");
        assertThat(unigram.encode("the cat").tokens()).first().asString().startsWith("▁");
        assertThat(unigram.encode("the cat").tokens()).endsWith("</s>");
        assertThat(Tokenizer.load(wordPiece).encode("abcd").tokens()).containsExactly("[CLS]", "[UNK]", "[SEP]");
        assertThat(Tokenizer.load(wordPiece).model().vocabulary().tokens()).anyMatch(token -> token.startsWith("@@"));
    }

    @Test
    void charactersAreTokensLineEndsIncluded() throws IOException {
        String text = "Ein  Satz.\n\n\tZweiter 𝔸 Satz!\n";
        Path corpus = Files.writeString(folder.resolve("letters.txt"), text);
        Path out = folder.resolve("letters");
        CommandLineRun run = t4j("tokenizer", "train", "--type", "char", "--out", out.toString(), corpus.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        Tokenizer tokenizer = Tokenizer.load(out);
        assertThat(tokenizer.vocabSize())
                .isEqualTo((int) text.codePoints().distinct().count());
        assertThat(tokenizer.decode(tokenizer.encodeToIds(text, true), true)).isEqualTo(text);
    }

    @Test
    void jsonLinesAreReadByField() throws IOException {
        Path corpus = folder.resolve("corpus.jsonl");
        Files.writeString(corpus, "{\"body\": \"zebra zebra\"}\n{\"body\": \"zebra\"}\n");
        Path out = folder.resolve("from-json");
        CommandLineRun run =
                t4j("tokenizer", "train", "--out", out.toString(), "--json-field", "body", corpus.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Tokenizer.load(out).tokenToId("zebra")).isPresent();
    }

    @Test
    void wrongUsageIsExitCodeTwo() {
        assertUsage("Missing required parameter: 'PROMPT'", "generate", gpt2.toString());
        assertUsage("Missing required parameter: 'MODEL'", "embed");
        assertUsage("there is one PROMPT too many, 'b': put it in quotes", "generate", gpt2.toString(), "a", "b");
        assertUsage(
                "--no-sample contradicts --top-p", "generate", gpt2.toString(), "x", "--no-sample", "--top-p", "0.5");
        assertUsage("must be mean, cls or last-four, not 'max'", "embed", bert.toString(), "x", "--pooling", "max");
        assertUsage("say what to do: train, encode or decode", "tokenizer");
    }

    @Test
    void failuresAreOneSentence() {
        assertFailure(
                "text 0 has no mask: write [MASK] where a word is to be found", "fill-mask", bert.toString(), "no");
        assertFailure("which has no masked-language head to fill masks with", "fill-mask", gpt2.toString(), "[MASK]");
        assertFailure("which has no language-model head to continue texts with", "generate", bert.toString(), "x");
        assertFailure("top_p must be in (0, 1], but is 2.0", "generate", gpt2.toString(), "x", "--top-p", "2");
        assertFailure("but the model's max_position_embeddings is 32", "embed", bert.toString(), "the ".repeat(50));
        assertFailure("no text given", "embed", bert.toString());
        assertFailure("device must be auto, cpu or cuda[:i]", "embed", bert.toString(), "x", "--device", "gpu");
        assertFailure("nowhere", "info", folder.resolve("nowhere").toString());
        assertFailure(
                "is not the ONNX graph of a BERT",
                "import-onnx",
                folder.resolve("corpus.txt").toString(),
                "--tokenizer",
                bert.toString(),
                "--out",
                folder.resolve("imported").toString());
        assertFailure("'x' is not a token id", "tokenizer", "decode", bert.toString(), "1", "x");
        assertFailure(
                "no such file",
                "tokenizer",
                "train",
                "--out",
                folder.resolve("o").toString(),
                "missing.txt");
    }

    private static void assertUsage(String sentence, String... args) {
        CommandLineRun run = t4j(args);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(T4j.USAGE);
        assertThat(run.err().lines()).singleElement().asString().contains(sentence);
    }

    private static void assertFailure(String sentence, String... args) {
        CommandLineRun run = t4j(args);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(T4j.FAILURE);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("t4j " + args[0])
                .contains(sentence);
    }

    @Test
    void aProcessOfItsOwnStreamsUtf8AndEnds() throws Exception {
        ChildProcess run = ChildProcess.java(
                T4j.class, "generate", gpt2.toString(), "The river bank", "--max-new-tokens", "4", "--threads", "1");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("The river bank");
        assertThat(run.err()).contains("[4 tokens");
    }

    @Test
    void aConvertedModelTakesLongerTexts() {
        Path longer = folder.resolve("long-bert");
        CommandLineRun run = t4j(
                "convert-attention",
                "--to",
                "sliding_window",
                "--window",
                "16",
                "--max-length",
                "128",
                bert.toString(),
                "--out",
                longer.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("sliding_window attention for 128 tokens (before: 32)");
        String text = "The cat sat on the mat and looked at the river. ".repeat(5) + "[MASK]";
        assertThat(t4j("fill-mask", bert.toString(), text).exitCode()).isEqualTo(T4j.FAILURE);
        assertThat(t4j("fill-mask", longer.toString(), text, "--top-k", "1").exitCode())
                .isZero();
    }

    @Test
    void attentionIsDrawn() {
        Path maps = folder.resolve("maps");
        CommandLineRun run = t4j(
                "show-attention",
                bert.toString(),
                "The cat sat on the mat.",
                "--as",
                "big_bird",
                "--block-size",
                "2",
                "--random-blocks",
                "0",
                "--out",
                maps.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("2 layers with 2 heads on ");
        assertThat(maps.resolve("attention.png")).isNotEmptyFile();
        assertThat(maps.resolve("attention.html")).isNotEmptyFile();
    }

    @Test
    void kernelsAreMeasured() {
        Path out = folder.resolve("bench");
        CommandLineRun run = t4j(
                "bench-attention",
                "--kernels",
                "flash,performer",
                "--lengths",
                "64,128",
                "--heads",
                "2",
                "--head-sizes",
                "8",
                "--causal",
                "both",
                "--repetitions",
                "1",
                "--out",
                out.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("costs grow as", "what to take")
                .containsPattern("performer +128 +8 +yes +forward");
        assertThat(out.resolve("attention.csv")).isNotEmptyFile();
        assertThat(out.resolve("time-forward-backward-causal-d8.png")).isNotEmptyFile();
        assertThat(out.resolve("environment.json")).isNotEmptyFile();
    }
}
