package io.transformer4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sequences of different lengths, one behind the other without padding. {@code totalTokens} is the sum of the lengths. The
 * arrays belong to the batch, aren't copied, and are compared by content.
 *
 * @param lengths {@code [batchSize]}, tokens of each sequence, at least 1
 * @param inputIds {@code [totalTokens]}
 * @param tokenTypeIds {@code [totalTokens]}, 0 or 1
 * @param positionIds {@code [totalTokens]}, from 0 in each sequence
 * @param labels {@code [totalTokens]}, what the output at the same place should be, {@link #IGNORED} for none. For causal
 *     language models that is the token that follows: labels are shifted already
 * @param nextSentenceLabels {@code [batchSize]}, 0 if the second part follows the first in the corpus, 1 if not; null without
 *     next-sentence prediction
 * @param decoder what the decoder of an encoder–decoder model gets, sequence for sequence; then only its labels count.
 *     Null for other models
 * @param targets {@code [batchSize]}, what is to be predicted of each whole sequence; null if nothing is
 */
@SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
public record Batch(
        int[] lengths,
        int[] inputIds,
        int[] tokenTypeIds,
        int[] positionIds,
        int[] labels,
        int @Nullable [] nextSentenceLabels,
        @Nullable Batch decoder,
        @Nullable List<SequenceTarget> targets) {

    /** The label of a position that has none (PyTorch's {@code ignore_index}). */
    public static final int IGNORED = -100;

    public Batch {
        int total = Arrays.stream(lengths).sum();
        if (lengths.length == 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
            throw new IllegalArgumentException("a batch consists of sequences of at least one token");
        }
        if (inputIds.length != total
                || tokenTypeIds.length != total
                || positionIds.length != total
                || labels.length != total) {
            throw new IllegalArgumentException("inputIds, tokenTypeIds, positionIds and labels must have " + total
                    + " entries, the sum of lengths");
        }
        if (nextSentenceLabels != null && nextSentenceLabels.length != lengths.length) {
            throw new IllegalArgumentException("nextSentenceLabels must have " + lengths.length + " entries");
        }
        if (decoder != null && decoder.batchSize() != lengths.length) {
            throw new IllegalArgumentException("the decoder must have " + lengths.length + " sequences");
        }
        if (targets != null && targets.size() != lengths.length) {
            throw new IllegalArgumentException("targets must have " + lengths.length + " entries");
        }
    }

    /** A batch for a model without decoder of its own, with labels of tokens only. */
    public Batch(
            int[] lengths,
            int[] inputIds,
            int[] tokenTypeIds,
            int[] positionIds,
            int[] labels,
            int @Nullable [] nextSentenceLabels) {
        this(lengths, inputIds, tokenTypeIds, positionIds, labels, nextSentenceLabels, null, null);
    }

    /** Puts examples together; those without labels get none. Either all or none have a next-sentence label. */
    public static Batch of(List<Example> examples) {
        int[] lengths = examples.stream().mapToInt(Example::length).toArray();
        int total = Arrays.stream(lengths).sum();
        int[] inputIds = new int[total];
        int[] tokenTypeIds = new int[total];
        int[] positionIds = new int[total];
        int[] labels = new int[total];
        int start = 0;
        for (Example example : examples) {
            int length = example.length();
            System.arraycopy(example.inputIds(), 0, inputIds, start, length);
            System.arraycopy(example.tokenTypeIds(), 0, tokenTypeIds, start, length);
            if (example.labels() == null) {
                Arrays.fill(labels, start, start + length, IGNORED);
            } else {
                System.arraycopy(example.labels(), 0, labels, start, length);
            }
            for (int i = 0; i < length; i++) {
                positionIds[start + i] = i;
            }
            start += length;
        }
        return new Batch(
                lengths,
                inputIds,
                tokenTypeIds,
                positionIds,
                labels,
                nextSentenceLabels(examples),
                decoder(examples),
                present(examples, Example::target, "a target"));
    }

    /** A component that all or none of the examples have; null for none. */
    private static <T> @Nullable List<T> present(
            List<Example> examples, Function<Example, @Nullable T> component, String name) {
        List<T> present = new ArrayList<>();
        for (Example example : examples) {
            T value = component.apply(example);
            if (value != null) {
                present.add(value);
            }
        }
        if (!present.isEmpty() && present.size() < examples.size()) {
            throw new IllegalArgumentException(present.size() + " of " + examples.size() + " examples have " + name
                    + ", but all or none must have one");
        }
        return present.isEmpty() ? null : List.copyOf(present);
    }

    private static @Nullable Batch decoder(List<Example> examples) {
        List<Example> present = present(examples, Example::decoder, "a sequence for the decoder");
        return present == null ? null : of(present);
    }

    private static int @Nullable [] nextSentenceLabels(List<Example> examples) {
        List<Integer> present = present(examples, Example::nextSentenceLabel, "a next-sentence label");
        return present == null
                ? null
                : present.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Number of sequences. */
    public int batchSize() {
        return lengths.length;
    }

    /** Number of tokens, those of the decoder not counted. */
    public int totalTokens() {
        return inputIds.length;
    }

    /** Number of tokens, those of the decoder included. */
    public int processedTokens() {
        return totalTokens() + (decoder == null ? 0 : decoder.totalTokens());
    }

    /** What this batch counts in a mean over several: the number of sequences with a target, or of tokens with a label. */
    public int weight() {
        return targets == null ? labelledTokens() : targets.size();
    }

    /** Number of tokens that have a label. */
    public int labelledTokens() {
        if (decoder != null) {
            return decoder.labelledTokens();
        }
        int count = 0;
        for (int label : labels) {
            count += label == IGNORED ? 0 : 1;
        }
        return count;
    }

    /** Length of the longest sequence. */
    public int maxLength() {
        return Arrays.stream(lengths).max().orElseThrow();
    }

    /** The length that all sequences have, or empty if they differ: then {@code [batchSize, length]} is only a reshape. */
    public OptionalInt uniformLength() {
        return Arrays.stream(lengths).allMatch(length -> length == lengths[0])
                ? OptionalInt.of(lengths[0])
                : OptionalInt.empty();
    }

    /**
     * Divides the sequences among workers so that each gets about the same work: those with the most go first, each to the
     * worker with the least so far (Graham 1969; at most 4/3 of the best possible maximum). Inside a part the order stays.
     * Depends on nothing but the lengths and the number of labels; a label counts as a token, since its row of logits
     * costs about as much in models of the size that is trained on a CPU.
     *
     * @param parts number of workers
     * @return {@code min(parts, batchSize())} batches, none empty
     */
    public List<Batch> split(int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("parts must be at least 1, not " + parts);
        }
        int count = Math.min(parts, batchSize());
        if (count == 1) {
            return List.of(this);
        }
        int[] cost = costs();
        int[] mostFirst = IntStream.range(0, batchSize())
                .boxed()
                .sorted(Comparator.comparing(i -> -cost[i])) // stable
                .mapToInt(Integer::intValue)
                .toArray();
        long[] load = new long[count];
        int[] partOf = new int[batchSize()];
        for (int sequence : mostFirst) {
            int lightest = 0;
            for (int part = 1; part < count; part++) {
                lightest = load[part] < load[lightest] ? part : lightest;
            }
            partOf[sequence] = lightest;
            load[lightest] += cost[sequence];
        }
        return IntStream.range(0, count)
                .mapToObj(part -> select(IntStream.range(0, batchSize())
                        .filter(sequence -> partOf[sequence] == part)
                        .toArray()))
                .toList();
    }

    /** Tokens and labels of each sequence. */
    private int[] costs() {
        int[] costs = decoder == null ? new int[batchSize()] : decoder.costs();
        int token = 0;
        for (int sequence = 0; sequence < costs.length; sequence++) {
            for (int end = token + lengths[sequence]; token < end; token++) {
                costs[sequence] += labels[token] == IGNORED ? 1 : 2;
            }
        }
        return costs;
    }

    /** The given sequences, in the given order. */
    private Batch select(int[] sequences) {
        int[] starts = starts();
        int[] positions = Arrays.stream(sequences)
                .flatMap(sequence -> IntStream.range(starts[sequence], starts[sequence] + lengths[sequence]))
                .toArray();
        return new Batch(
                gather(lengths, sequences),
                gather(inputIds, positions),
                gather(tokenTypeIds, positions),
                gather(positionIds, positions),
                gather(labels, positions),
                nextSentenceLabels == null ? null : gather(nextSentenceLabels, sequences),
                decoder == null ? null : decoder.select(sequences),
                targets == null
                        ? null
                        : Arrays.stream(sequences).mapToObj(targets::get).toList());
    }

    private static int[] gather(int[] source, int[] indices) {
        int[] result = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            result[i] = source[indices[i]];
        }
        return result;
    }

    private int[] starts() {
        int[] starts = new int[lengths.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }
        return starts;
    }

    /**
     * The same sequences as a rectangle.
     *
     * @param length columns, at least {@link #maxLength}
     * @param padId input id behind the end of a sequence; labels are {@link #IGNORED} there, everything else 0
     */
    public PaddedBatch padded(int length, int padId) {
        if (length < maxLength()) {
            throw new IllegalArgumentException(
                    "length must be at least " + maxLength() + ", that of the longest sequence, not " + length);
        }
        int[] ones = new int[totalTokens()];
        Arrays.fill(ones, 1);
        return new PaddedBatch(
                batchSize(),
                length,
                pad(inputIds, length, padId),
                pad(ones, length, 0),
                pad(tokenTypeIds, length, 0),
                pad(positionIds, length, 0),
                pad(labels, length, IGNORED));
    }

    private int[] pad(int[] flat, int length, int filler) {
        int[] rows = new int[batchSize() * length];
        Arrays.fill(rows, filler);
        int start = 0;
        for (int row = 0; row < batchSize(); row++) {
            System.arraycopy(flat, start, rows, row * length, lengths[row]);
            start += lengths[row];
        }
        return rows;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Batch that
                && Arrays.equals(lengths, that.lengths)
                && Arrays.equals(inputIds, that.inputIds)
                && Arrays.equals(tokenTypeIds, that.tokenTypeIds)
                && Arrays.equals(positionIds, that.positionIds)
                && Arrays.equals(labels, that.labels)
                && Arrays.equals(nextSentenceLabels, that.nextSentenceLabels)
                && Objects.equals(decoder, that.decoder)
                && Objects.equals(targets, that.targets);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(lengths) + Arrays.hashCode(inputIds);
    }

    @Override
    public String toString() {
        return "Batch[" + batchSize() + " sequences, " + totalTokens() + " tokens, " + labelledTokens() + " labelled]";
    }
}
