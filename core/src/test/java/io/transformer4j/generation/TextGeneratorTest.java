package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.models.ModelInputs;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.Tokenizers;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import io.transformer4j.torch.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextGeneratorTest {
    private static final long SEED = 20_261_122;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz ";

    private static GPT2LMHeadModel model;
    private static Tokenizer tokenizer;
    private static ComputePool pool;
    private static ComputePool twoWorkers;

    @BeforeAll
    static void makeModel() {
        tokenizer = Tokenizers.characters(Stream.of(ALPHABET));
        model = TinyModels.gpt2(tokenizer.vocabSize());
        pool = new ComputePool(1);
        twoWorkers = new ComputePool(2);
    }

    @AfterAll
    static void close() {
        pool.close();
        twoWorkers.close();
        model.close();
    }

    private static TextGenerator generator(ComputePool workers) {
        return new TextGenerator(model, tokenizer, workers, Precision.FP32);
    }

    private static List<int[]> randomPrompts(int count) {
        Random random = new Random(SEED);
        return IntStream.range(0, count)
                .mapToObj(i -> random.ints(1 + random.nextInt(20), 0, tokenizer.vocabSize())
                        .toArray())
                .toList();
    }

    /** The whole sequence anew for every token, one sequence at a time. */
    private static List<Integer> withoutCache(int[] prompt, int newTokens) {
        List<Integer> ids = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        for (int i = 0; i < newTokens; i++) {
            try (TensorScope scope = new TensorScope();
                    NoGradGuard guard = new NoGradGuard()) {
                int[] sequence = ids.stream().mapToInt(id -> id).toArray();
                ids.add((int) model.nextTokenLogits(ModelInputs.of(List.of(sequence), Devices.cpu()), null)
                        .argmax()
                        .item_long());
            }
        }
        return ids.subList(prompt.length, ids.size());
    }

    @Test
    void greedyWithCacheEqualsGreedyWithout() {
        for (int[] prompt : randomPrompts(12)) {
            Generation generation = generator(pool)
                    .generate(List.of(prompt), GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(20)))
                    .get(0);
            assertThat(generation.newIds()).isEqualTo(withoutCache(prompt, 20));
            assertThat(generation.promptIds()).containsExactlyElementsOf(asList(prompt));
            assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void aBatchGivesWhatItsPromptsGiveAloneAlsoWhenSomeEndEarly() {
        List<int[]> prompts = randomPrompts(9);
        // A token that ends some continuations early, so that the batch shrinks on the way.
        Set<Integer> ends = Set.of(withoutCache(prompts.get(0), 6).get(5));
        GenerationConfig config =
                GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(12).eosTokenIds(ends));
        List<Generation> singles = prompts.stream()
                .map(prompt -> generator(pool).generate(List.of(prompt), config).get(0))
                .toList();

        assertThat(singles).extracting(Generation::finishReason).contains(FinishReason.EOS, FinishReason.LENGTH);
        assertThat(generator(pool).generate(prompts, config)).isEqualTo(singles);
        assertThat(generator(twoWorkers).generate(prompts, config)).isEqualTo(singles);
    }

    @Test
    void samplingDependsOnTheSeedOnly() {
        List<int[]> prompts = randomPrompts(5);
        GenerationConfig config = GenerationConfig.DEFAULT.with(c -> c.doSample(true)
                .temperature(0.9)
                .topK(20)
                .topP(0.95)
                .repetitionPenalty(1.1)
                .seed(SEED));
        List<Generation> first = generator(pool).generate(prompts, config);

        assertThat(generator(pool).generate(prompts, config)).isEqualTo(first);
        assertThat(generator(twoWorkers).generate(prompts, config)).isEqualTo(first);
        assertThat(generator(pool).generate(prompts, config.with(c -> c.seed(SEED + 1))))
                .isNotEqualTo(first);
    }

    @Test
    void topOneSamplingIsGreedy() {
        List<int[]> prompts = randomPrompts(4);

        assertThat(generator(pool)
                        .generate(
                                prompts,
                                GenerationConfig.DEFAULT.with(
                                        c -> c.doSample(true).topK(1))))
                .isEqualTo(generator(pool).generate(prompts, GenerationConfig.DEFAULT));
    }

    @Test
    void streamedPartsMakeUpTheText() {
        List<int[]> prompts = randomPrompts(5);
        TreeMap<Integer, StringBuilder> streamed = new TreeMap<>();
        TreeMap<Integer, List<Integer>> ids = new TreeMap<>();
        List<Generation> generations = generator(twoWorkers)
                .generate(prompts, GenerationConfig.DEFAULT, (prompt, id, text) -> {
                    streamed.computeIfAbsent(prompt, p -> new StringBuilder()).append(text);
                    ids.computeIfAbsent(prompt, p -> new ArrayList<>()).add(id);
                });

        assertThat(streamed.values())
                .extracting(StringBuilder::toString)
                .isEqualTo(generations.stream().map(Generation::text).toList());
        assertThat(List.copyOf(ids.values()))
                .isEqualTo(generations.stream().map(Generation::newIds).toList());
        assertThat(generations.get(0).text())
                .isEqualTo(tokenizer.decode(
                        generations.get(0).newIds().stream().mapToInt(i -> i).toArray(), false));
    }

    @Test
    void aStopStringEndsTheTextAndIsNotPartOfIt() {
        int[] prompt = randomPrompts(1).get(0);
        Generation whole = generator(pool)
                .generate(List.of(prompt), GenerationConfig.DEFAULT)
                .get(0);
        String stop = whole.text().substring(5, 8);
        int at = whole.text().indexOf(stop);
        StringBuilder streamed = new StringBuilder();
        Generation stopped = generator(pool)
                .generate(
                        List.of(prompt),
                        GenerationConfig.DEFAULT.with(c -> c.stopStrings(List.of("never occurs", stop))),
                        (i, id, text) -> streamed.append(text))
                .get(0);

        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        assertThat(stopped.text()).isEqualTo(whole.text().substring(0, at)).isEqualTo(streamed.toString());
        assertThat(stopped.newIds()).isEqualTo(whole.newIds().subList(0, at + stop.length()));
        int tokens = stopped.newIds().size();
        assertThat(generator(pool)
                        .generate(
                                List.of(prompt),
                                GenerationConfig.DEFAULT.with(
                                        c -> c.stopStrings(List.of(stop)).maxNewTokens(tokens)))
                        .get(0))
                .as("a stop string completed by the last token that was allowed")
                .isEqualTo(stopped);
    }

    @Test
    void stopsWhenThePositionsAreUsedUp() {
        int[] prompt = new int[TinyModels.POSITIONS - 3];
        Generation generation = generator(pool)
                .generate(List.of(prompt, new int[] {1}), GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(1000)))
                .get(0);

        assertThat(generation.newIds()).hasSize(3);
        assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void rejectsPromptsThatCannotBeContinued() {
        assertThatThrownBy(() -> generator(pool).generate(List.of(new int[] {1}, new int[0]), GenerationConfig.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prompt 1 is empty: give at least one token");
        assertThatThrownBy(() ->
                        generator(pool).generate(List.of(new int[TinyModels.POSITIONS]), GenerationConfig.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prompt 0 has 48 tokens, but the model takes 47 at most: shorten it");
        assertThatThrownBy(() -> generator(pool).generate(List.of(new int[] {1, 99}), GenerationConfig.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prompt 0 has the token id 99, but the model's vocabulary has 27 tokens");
        TextGenerator withoutText = new TextGenerator(model, null, pool, Precision.FP32);
        assertThatThrownBy(() -> withoutText.generate(
                        List.of(new int[] {1}), GenerationConfig.DEFAULT.with(c -> c.stopStrings(List.of("x")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stop strings need a tokenizer, but this generator has none");
    }

    @Test
    void aFailingListenerEndsTheGenerationAndThePoolGoesOn() {
        assertThatThrownBy(() -> generator(twoWorkers)
                        .generate(randomPrompts(3), GenerationConfig.DEFAULT, (prompt, id, text) -> {
                            throw new IllegalStateException("stream closed");
                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("stream closed");
        assertThat(generator(twoWorkers).generate(randomPrompts(3), GenerationConfig.DEFAULT))
                .hasSize(3);
    }

    @Test
    void anEmptyBatchHasNoResults() {
        assertThat(generator(pool).generate(List.of(), GenerationConfig.DEFAULT))
                .isEmpty();
    }

    /** Counts native objects, which is exact; resident memory would also show the Java heap as it is first touched. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nativeMemoryStaysFlatOverThousandsOfTokens(boolean doSample) {
        int newTokens = 2000;
        GenerationConfig config = GenerationConfig.DEFAULT.with(
                c -> c.doSample(doSample).repetitionPenalty(1.2).topP(0.9).maxNewTokens(newTokens));
        List<Long> alive = new ArrayList<>();
        try (GPT2LMHeadModel longModel = TinyModels.gpt2(tokenizer.vocabSize(), newTokens + 100)) {
            new TextGenerator(longModel, tokenizer, pool, Precision.FP32)
                    .generate(List.of(new int[] {1}), config, (prompt, id, text) -> alive.add(Pointer.totalCount()));
        }

        assertThat(alive).hasSize(newTokens);
        assertThat(alive.get(newTokens - 1))
                .as("native objects alive at the last token, against token 100")
                .isLessThanOrEqualTo(alive.get(100) + 20);
    }

    private static List<Integer> asList(int[] ids) {
        return Arrays.stream(ids).boxed().collect(Collectors.toList());
    }
}
