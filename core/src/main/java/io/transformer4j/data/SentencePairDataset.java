package io.transformer4j.data;

import io.transformer4j.data.SparseIndex.Cursor;
import java.util.Arrays;

/**
 * Pairs {@code [CLS] A [SEP] B [SEP]} for masked-language modelling with next-sentence prediction (Devlin et al. 2019, §3.1
 * and appendix A.2).
 *
 * <p>As in BERT's {@code create_pretraining_data.py}, each document is cut into chunks of consecutive sentences that just reach
 * the target length (in one of ten, a random shorter one); a chunk is cut at a random sentence end into A and its true
 * continuation B, or, in half of the cases and whenever the chunk is a single sentence, B is taken from a random place of
 * another document; a pair that is too long loses tokens of its longer part, at random ends. Unlike there, cuts and partners are
 * drawn anew in each epoch, and the sentences that a foreign B displaces wait for the next epoch instead of starting the next
 * chunk, so that any example can be made without the ones before it.
 */
public final class SentencePairDataset implements Dataset {
    private static final String PURPOSE = "next-sentence prediction";
    private static final double SHORT_SEQUENCE_PROBABILITY = 0.1;
    private static final double RANDOM_NEXT_PROBABILITY = 0.5;

    private final TokenCache cache;
    private final int cls;
    private final int sep;
    private final int maxTokens; // without [CLS] and the two [SEP]
    private final long seed;
    private final SparseIndex index;

    /**
     * Cuts the documents into chunks, in one pass over the sentence boundaries.
     *
     * @param maxLength longest pair, special tokens included
     * @throws IllegalArgumentException if there is no second document to take foreign sentences from
     */
    public SentencePairDataset(TokenCache cache, SpecialTokens special, int maxLength, long seed) {
        if (maxLength < 5) {
            throw new IllegalArgumentException("maxLength must be at least 5, not " + maxLength);
        }
        if (cache.documents() < 2) {
            throw new IllegalArgumentException(
                    "next-sentence prediction needs at least 2 documents, but " + cache.file() + " holds one");
        }
        this.cache = cache;
        this.seed = seed;
        cls = SpecialTokens.require(special.cls(), "[CLS]", PURPOSE);
        sep = SpecialTokens.require(special.sep(), "[SEP]", PURPOSE);
        maxTokens = maxLength - 3;
        index = new SparseIndex(this::advance);
    }

    @Override
    public long size() {
        return index.size();
    }

    @Override
    public Example get(int epoch, long at) {
        Cursor cursor = index.find(at);
        enterDocument(cursor);
        long document = cursor.document;
        long start = cursor.segment;
        int target = targetTokens(start);
        advance(cursor);
        long end = cursor.segment;

        SplitMix64 random = Randomness.SENTENCE_PAIRS.of(seed, epoch, at);
        boolean single = end - start == 1;
        long cut = single ? end : start + 1 + random.nextLong(end - start - 1);
        boolean foreign = random.nextDouble() < RANDOM_NEXT_PROBABILITY || single;
        int[] first = tokens(start, cut);
        int[] second = foreign ? foreign(document, target - first.length, random) : tokens(cut, end);
        return assemble(at, first, second, foreign ? 1 : 0, random);
    }

    /** From the start of a chunk to its end. */
    private boolean advance(Cursor cursor) {
        enterDocument(cursor);
        if (cursor.document == cache.documents()) {
            return false;
        }
        cursor.segment = reach(cursor.segment, cursor.document, targetTokens(cursor.segment));
        return true;
    }

    private void enterDocument(Cursor cursor) {
        while (cursor.document < cache.documents() && cursor.segment == cache.documentStart(cursor.document + 1)) {
            cursor.document++;
        }
    }

    /** How long the chunk at a segment is to be; must not depend on the epoch, since chunks don't. */
    private int targetTokens(long segment) {
        SplitMix64 random = Randomness.CHUNK_LENGTHS.of(seed, 0, segment);
        return random.nextDouble() < SHORT_SEQUENCE_PROBABILITY ? 2 + random.nextInt(maxTokens - 1) : maxTokens;
    }

    /** The end of the segments from {@code start} on that together have {@code target} tokens, or of the document. */
    private long reach(long start, long document, int target) {
        long last = cache.documentStart(document + 1);
        long end = start + 1;
        while (end < last && cache.segmentStart(end) - cache.segmentStart(start) < target) {
            end++;
        }
        return end;
    }

    private int[] foreign(long document, int target, SplitMix64 random) {
        long other = random.nextLong(cache.documents() - 1);
        other += other >= document ? 1 : 0;
        long begin = cache.documentStart(other);
        long start = begin + random.nextLong(cache.documentStart(other + 1) - begin);
        return tokens(start, reach(start, other, target));
    }

    private int[] tokens(long fromSegment, long toSegment) {
        long start = cache.segmentStart(fromSegment);
        int[] ids = new int[Math.toIntExact(cache.segmentStart(toSegment) - start)];
        cache.read(start, ids, 0, ids.length);
        return ids;
    }

    private Example assemble(long at, int[] first, int[] second, int label, SplitMix64 random) {
        int firstFrom = 0;
        int firstTo = first.length;
        int secondFrom = 0;
        int secondTo = second.length;
        while (firstTo - firstFrom + secondTo - secondFrom > maxTokens) {
            boolean front = random.nextBoolean();
            if (firstTo - firstFrom > secondTo - secondFrom) {
                firstFrom += front ? 1 : 0;
                firstTo -= front ? 0 : 1;
            } else {
                secondFrom += front ? 1 : 0;
                secondTo -= front ? 0 : 1;
            }
        }
        IdBuffer ids = new IdBuffer(maxTokens + 3)
                .add(cls)
                .add(first, firstFrom, firstTo)
                .add(sep);
        int secondPart = ids.size();
        ids.add(second, secondFrom, secondTo).add(sep);
        int[] tokenTypeIds = new int[ids.size()];
        Arrays.fill(tokenTypeIds, secondPart, tokenTypeIds.length, 1);
        return new Example(at, ids.toArray(), tokenTypeIds, null, label);
    }
}
