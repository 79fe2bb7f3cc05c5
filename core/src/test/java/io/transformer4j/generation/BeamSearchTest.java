package io.transformer4j.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.transformer4j.generation.BeamSearch.Candidate;
import io.transformer4j.generation.BeamSearch.Hypothesis;
import io.transformer4j.generation.GenerationConfig.EarlyStopping;
import io.transformer4j.generation.GenerationConfig.LengthNormalization;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.transformer.TransformerConfig;
import io.transformer4j.models.transformer.TransformerForConditionalGeneration;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the references can't show: when searches end, and that neither batches nor workers change a result. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BeamSearchTest {
    private static final int EOS = 2;
    private static final int SEED = 3;

    private ComputePool pool;
    private ComputePool twoWorkers;
    private TransformerForConditionalGeneration translator;
    private GPT2LMHeadModel writer;

    @BeforeAll
    void build() {
        pool = new ComputePool(1);
        twoWorkers = new ComputePool(2);
        translator = new TransformerForConditionalGeneration(TransformerConfig.BASE.with(c -> c.srcVocab(40)
                .tgtVocab(40)
                .dModel(32)
                .nhead(4)
                .numEncoderLayers(2)
                .numDecoderLayers(2)
                .dimFeedforward(64)
                .shareEmbeddings(true)
                .tieTgtGenerator(true)));
        translator.initializeWeights(SEED, Devices.cpu());
        writer = TinyModels.gpt2(40);
    }

    @AfterAll
    void free() {
        pool.close();
        twoWorkers.close();
        translator.close();
        writer.close();
    }

    private static List<int[]> sources(int count) {
        Random random = new Random(SEED);
        return IntStream.range(0, count)
                .mapToObj(i -> random.ints(1 + random.nextInt(12), 3, 40).toArray())
                .toList();
    }

    private static GenerationConfig beams(int count) {
        return GenerationConfig.DEFAULT.with(c ->
                c.numBeams(count).numReturnSequences(count).maxNewTokens(12).eosTokenIds(Set.of(EOS)));
    }

    @Test
    void aBatchGivesWhatItsInputsGiveAlone() {
        List<int[]> sources = sources(9);
        TextGenerator alone = new TextGenerator(translator, null, pool, Precision.FP32);
        List<Generation> singles = sources.stream()
                .flatMap(source -> alone.generate(List.of(source), beams(3)).stream())
                .toList();
        List<Generation> together =
                new TextGenerator(translator, null, twoWorkers, Precision.FP32).generate(sources, beams(3));

        assertThat(together).hasSize(27);
        for (int i = 0; i < singles.size(); i++) {
            assertThat(together.get(i).newIds()).isEqualTo(singles.get(i).newIds());
            assertThat(Math.abs(together.get(i).score() - singles.get(i).score()))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void greedyOfATranslatorIsThatOfOneSourceAfterTheOther() {
        List<int[]> sources = sources(7);
        GenerationConfig greedy =
                GenerationConfig.DEFAULT.with(c -> c.maxNewTokens(15).eosTokenIds(Set.of(EOS)));
        TextGenerator generator = new TextGenerator(translator, null, pool, Precision.FP32);
        List<Generation> singles = sources.stream()
                .map(source -> generator.generate(List.of(source), greedy).get(0))
                .toList();

        assertThat(generator.generate(sources, greedy)).isEqualTo(singles);
    }

    /** With as many beams as there are continuations of two tokens, the search is exhaustive. */
    @Test
    void enoughBeamsFindTheLikeliestOfAllTexts() {
        int[] prompt = {5, 9};
        GenerationConfig config = GenerationConfig.DEFAULT.with(
                c -> c.numBeams(40).numReturnSequences(1).maxNewTokens(2).lengthPenalty(0));
        Generation best = new TextGenerator(writer, null, pool, Precision.FP32)
                .generate(List.of(prompt), config)
                .get(0);

        double likeliest = IntStream.range(0, 40)
                .mapToDouble(first ->
                        LogProbabilities.of(writer, prompt)[first] + LogProbabilities.best(writer, prompt, first))
                .max()
                .orElseThrow();
        assertThat(best.score()).isCloseTo(likeliest, org.assertj.core.api.Assertions.within(1e-5));
    }

    @Test
    void endsAtOnceWithEarlyStoppingAndLaterWithout() {
        // Both beams end in the first step; a running one is better than the worse of them.
        List<Candidate> first = List.of(
                new Candidate(0, EOS, -0.1),
                new Candidate(0, 5, -0.2),
                new Candidate(0, 6, -3),
                new Candidate(0, 7, -4));
        BeamSearch patient = search(EarlyStopping.FALSE, 1);
        patient.advance(first);
        assertThat(patient.over()).isFalse();
        assertThat(patient.running()).extracting(h -> h.sequence().last()).containsExactly(5, 6);

        List<Candidate> second = List.of(
                new Candidate(0, EOS, -4.0),
                new Candidate(0, 8, -4.2),
                new Candidate(1, 9, -5),
                new Candidate(1, 8, -6));
        patient.advance(second);
        assertThat(patient.over()).isTrue(); // -4.2 / 2 is below -4.0 / 2
        assertThat(patient.best()).extracting(Hypothesis::score).containsExactly(-0.1, -2.0);

        BeamSearch never = search(EarlyStopping.NEVER, 1);
        never.advance(first);
        never.advance(second);
        assertThat(never.over()).isFalse(); // -4.2 / 10 could become better

        BeamSearch hasty = search(EarlyStopping.TRUE, 1);
        hasty.advance(first);
        hasty.advance(List.of(
                new Candidate(0, EOS, -9.0),
                new Candidate(0, 8, -0.3),
                new Candidate(1, 9, -5),
                new Candidate(1, 8, -6)));
        assertThat(hasty.over()).isTrue();
    }

    @Test
    void anEndBelowTheBeamsIsDropped() {
        BeamSearch search = search(EarlyStopping.FALSE, 1);
        search.advance(List.of(
                new Candidate(0, 4, -1), new Candidate(0, 5, -2), new Candidate(0, EOS, -3), new Candidate(0, 6, -4)));
        assertThat(search.best()).isEmpty();
        assertThat(search.running()).hasSize(2);
    }

    @Test
    void hypothesesStayInTheirParentsRowsAndAmongEqualsTheBetterParentCounts() {
        BeamSearch search = search(EarlyStopping.FALSE, 1);
        search.advance(List.of(
                new Candidate(0, 4, -1), new Candidate(0, 5, -2), new Candidate(0, 6, -3), new Candidate(0, 7, -4)));
        search.advance(List.of(
                new Candidate(1, 8, -2.5),
                new Candidate(0, 9, -2.6),
                new Candidate(1, 7, -5),
                new Candidate(0, 7, -6)));
        assertThat(search.running())
                .extracting(h -> h.sequence().last(), Hypothesis::parent, Hypothesis::rank)
                .containsExactly(tuple(9, 0, 1), tuple(8, 1, 0));
        assertThat(Stream.of(new Candidate(0, 4, -3), new Candidate(1, 5, -3), new Candidate(0, 6, -2.9))
                        .sorted(search.bestFirst())
                        .map(Candidate::token))
                .containsExactly(6, 5, 4);

        search.advance(List.of(
                new Candidate(1, 4, -3), new Candidate(1, 5, -4), new Candidate(1, 6, -5), new Candidate(0, 4, -6)));
        assertThat(search.running())
                .extracting(h -> h.sequence().last(), Hypothesis::parent)
                .containsExactly(tuple(5, 1), tuple(4, 1));
    }

    @Test
    void dividesByTheLengthPenaltyAskedFor() {
        assertThat(LengthNormalization.LENGTH.divisor(9, 0.5)).isEqualTo(3);
        assertThat(LengthNormalization.GNMT.divisor(7, 1)).isEqualTo(2);
        assertThat(LengthNormalization.GNMT.divisor(1, 0.6)).isEqualTo(1);
    }

    private static BeamSearch search(EarlyStopping earlyStopping, double lengthPenalty) {
        return new BeamSearch(
                new int[] {1},
                new int[] {1},
                beams(2).with(c -> c.numBeams(2)
                        .maxNewTokens(10)
                        .earlyStopping(earlyStopping)
                        .lengthPenalty(lengthPenalty)),
                48);
    }
}
