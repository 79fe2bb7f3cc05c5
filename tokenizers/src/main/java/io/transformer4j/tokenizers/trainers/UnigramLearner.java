package io.transformer4j.tokenizers.trainers;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.models.Unigram;
import io.transformer4j.tokenizers.text.CodePointTrie;
import io.transformer4j.tokenizers.text.TokenizerException;
import io.transformer4j.tokenizers.trainers.UnigramSeeds.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The training loop of the unigram model (Kudo 2018, §3.2): a few steps of expectation maximization, then the pieces go that cost least,
 * again and again until the vocabulary has its size.
 *
 * <p>As in SentencePiece, a piece's cost is how much less likely the text gets if each of its occurrences on the best paths is put together
 * from the next best pieces, and the M step is that of a Bayesian model (digamma). The last pieces go by their cost too, and the
 * probabilities are then estimated once more; SentencePiece cuts the last tenth off by probability. Characters always stay.
 */
final class UnigramLearner {

    private static final int WORDS_PER_BLOCK = 1 << 10;
    private static final double LEAST_EXPECTED = 0.5; // pieces expected less often go
    private static final double NEARLY = 1.1; // times the vocabulary's size: where the last round begins

    /** What is special to unigram training; see {@link UnigramTrainer.Builder}. */
    record Options(int seedSize, int maxPieceLength, double shrinkingFactor, int subIterations) {

        Options {
            TrainingSettings.requireAtLeast("seed_size", seedSize, 1);
            TrainingSettings.requireAtLeast("max_piece_length", maxPieceLength, 1);
            TrainingSettings.requireAtLeast("sub_iterations", subIterations, 1);
            if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
                throw new TokenizerException("shrinking_factor must be between 0 and 1, is " + shrinkingFactor);
            }
        }
    }

    private final TrainingSettings settings;
    private final Options options;
    private final ProgressListener progress;

    private UnigramWords words = new UnigramWords(new int[0], new int[1], new long[0]);
    private List<int[]> pieces = new ArrayList<>();
    private double[] scores = {}; // log probabilities
    private double[] probabilities = {};
    private CodePointTrie trie = new CodePointTrie();

    UnigramLearner(TrainingSettings settings, Options options, ProgressListener progress) {
        this.settings = settings;
        this.options = options;
        this.progress = progress;
    }

    /** The learnt pieces with their log probabilities, the likeliest first. */
    List<Unigram.Piece> learn(Map<String, Long> wordCounts) {
        Map<Integer, Long> frequencies = Alphabet.frequencies(wordCounts);
        List<Integer> alphabet = Alphabet.commonest(frequencies, settings.limitAlphabet());
        int wanted = settings.vocabSize() - settings.specialTokens().size();
        if (alphabet.size() > wanted) {
            throw new TokenizerException("vocab_size " + settings.vocabSize() + " has no room for the "
                    + alphabet.size() + " characters of the text and "
                    + settings.specialTokens().size()
                    + " special tokens: set limit_alphabet to at most " + wanted + ", or a larger vocab_size");
        }
        progress.stage("find pieces");
        words = UnigramWords.of(wordCounts, alphabet, settings.maxWordLength());
        plantSeeds(alphabet, frequencies);
        progress.stage("thin out pieces");
        int seeds = pieces.size();
        while (pieces.size() > NEARLY * wanted) {
            progress.update(seeds - pieces.size(), seeds - wanted, pieces.size() + " pieces");
            maximize(true);
            prune(Math.max((int) (NEARLY * wanted), (int) (options.shrinkingFactor() * pieces.size())));
        }
        maximize(true);
        prune(wanted);
        maximize(false);
        progress.update(Math.max(0, seeds - wanted), Math.max(0, seeds - wanted), pieces.size() + " pieces");
        return IntStream.range(0, pieces.size())
                .mapToObj(id -> new Unigram.Piece(text(pieces.get(id)), scores[id]))
                .sorted(Comparator.comparingDouble(Unigram.Piece::score)
                        .reversed()
                        .thenComparing(Unigram.Piece::piece))
                .toList();
    }

    private static String text(int[] piece) {
        return new String(piece, 0, piece.length);
    }

    private void plantSeeds(List<Integer> alphabet, Map<Integer, Long> frequencies) {
        List<Seed> seeds = UnigramSeeds.find(
                words, options.maxPieceLength(), settings.minFrequency(), options.seedSize(), settings.threads());
        List<int[]> planted = new ArrayList<>(alphabet.size() + seeds.size());
        double[] weights = new double[alphabet.size() + seeds.size()];
        for (int character : alphabet) {
            weights[planted.size()] = frequencies.get(character);
            planted.add(new int[] {character});
        }
        for (Seed seed : seeds) {
            weights[planted.size()] = seed.score();
            planted.add(Arrays.copyOfRange(words.text(), seed.start(), seed.start() + seed.length()));
        }
        double sum = Arrays.stream(weights).sum();
        setPieces(planted, Arrays.stream(weights).map(w -> Math.log(w / sum)).toArray());
    }

    private void setPieces(List<int[]> newPieces, double[] newScores) {
        pieces = newPieces;
        scores = newScores;
        probabilities = Arrays.stream(scores).map(Math::exp).toArray();
        trie = new CodePointTrie();
        for (int id = 0; id < pieces.size(); id++) {
            trie.put(text(pieces.get(id)), id);
        }
    }

    private boolean isCharacter(int id) {
        return pieces.get(id).length == 1;
    }

    /** A round of expectation maximization; {@code drop} says whether pieces that are hardly ever expected go. */
    private void maximize(boolean drop) {
        for (int i = 0; i < options.subIterations(); i++) {
            long[] expected = sumOverWords(UnigramLattice::addExpected);
            double sum = 0;
            for (int id = 0; id < expected.length; id++) {
                double count = expected[id] * UnigramLattice.EXPECTATION_UNIT;
                boolean stays = !drop || isCharacter(id);
                scores[id] = stays ? Math.max(count, LEAST_EXPECTED) : count < LEAST_EXPECTED ? 0 : count;
                sum += scores[id];
            }
            double logSum = digamma(sum);
            for (int id = 0; id < scores.length; id++) {
                scores[id] = scores[id] == 0 ? Double.NEGATIVE_INFINITY : digamma(scores[id]) - logSum;
                probabilities[id] = Math.exp(scores[id]);
            }
        }
    }

    /** What to do with one word and its count, adding to an array by piece. */
    private interface WordJob {
        void run(UnigramLattice lattice, int[] text, int from, int to, long count, long[] sums);
    }

    /** Sums of whole numbers, which are the same in whatever order the words come. */
    private long[] sumOverWords(WordJob job) {
        Workers.Blocks blocks = new Workers.Blocks(words.size(), WORDS_PER_BLOCK);
        List<long[]> parts = Workers.run(settings.threads(), () -> {
            long[] sums = new long[pieces.size()];
            UnigramLattice lattice = lattice();
            for (int block = blocks.next(); block >= 0; block = blocks.next()) {
                for (int word = block; word < blocks.end(block); word++) {
                    job.run(lattice, words.text(), words.starts()[word], words.end(word), words.counts()[word], sums);
                }
            }
            return sums;
        });
        long[] total = parts.get(0);
        for (long[] part : parts.subList(1, parts.size())) {
            Arrays.setAll(total, id -> total[id] + part[id]);
        }
        return total;
    }

    private UnigramLattice lattice() {
        return new UnigramLattice(trie, scores, probabilities, options.maxPieceLength());
    }

    /** Lets the pieces go whose loss costs least, until {@code size} are left. */
    private void prune(int size) {
        long[] frequencies = sumOverWords(UnigramLattice::addBest);
        double[] costs = costs(frequencies);
        List<Integer> kept = IntStream.range(0, costs.length)
                .filter(id -> costs[id] != Double.NEGATIVE_INFINITY)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(id -> costs[id])
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(size)
                .sorted()
                .toList();
        setPieces(
                kept.stream().map(pieces::get).toList(),
                kept.stream().mapToDouble(id -> scores[id]).toArray());
    }

    /** By piece: infinite if it has to stay, minus infinity if nothing is lost with it. */
    private double[] costs(long[] frequencies) {
        double[] costs = new double[pieces.size()];
        double total = Arrays.stream(frequencies).asDoubleStream().sum();
        Workers.Blocks blocks = new Workers.Blocks(costs.length, WORDS_PER_BLOCK);
        Workers.run(settings.threads(), () -> {
            UnigramLattice lattice = lattice();
            for (int block = blocks.next(); block >= 0; block = blocks.next()) {
                for (int id = block; id < blocks.end(block); id++) {
                    costs[id] = cost(id, lattice, frequencies, total);
                }
            }
            return null;
        });
        return costs;
    }

    private double cost(int id, UnigramLattice lattice, long[] frequencies, double total) {
        if (isCharacter(id)) {
            return Double.POSITIVE_INFINITY;
        }
        if (frequencies[id] == 0 || scores[id] == Double.NEGATIVE_INFINITY) {
            return Double.NEGATIVE_INFINITY;
        }
        int[] alternatives = lattice.bestWithout(id, pieces.get(id), 0, pieces.get(id).length);
        double frequency = frequencies[id];
        // Each occurrence becomes one of every alternative, so there are more pieces in all.
        double logTotal = Math.log(total + frequency * (alternatives.length - 1));
        double without = 0;
        for (int alternative : alternatives) {
            without += Math.log(frequencies[alternative] + frequency) - logTotal;
        }
        return frequency * (Math.log(frequency / total) - without);
    }

    /** The derivative of the logarithm of the gamma function: recurrence up to 7, then the asymptotic series (Bernardo 1976). */
    static double digamma(double x) {
        double result = 0;
        double at = x;
        for (; at < 7; at++) {
            result -= 1 / at;
        }
        double square = 1 / (at * at);
        return result + Math.log(at) - 0.5 / at - square * (1.0 / 12 - square * (1.0 / 120 - square / 252));
    }
}
