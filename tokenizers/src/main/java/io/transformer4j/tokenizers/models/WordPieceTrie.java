package io.transformer4j.tokenizers.models;

/**
 * LinMaxMatch (Song et al. 2021, "Fast WordPiece Tokenization", §3.2–3.3): greedy longest-match-first in one pass, whatever the
 * vocabulary.
 *
 * <p>A trie of all pieces, beginning at {@link #ROOT}, and of the continuing pieces without their prefix, beginning at
 * {@link #CONTINUATION}. Where the trie has no way on from node {@code v} with the next character, the failure link {@code f(v)}
 * leads to a node that stands for the unmatched rest of {@code v}'s text, and the failure pops {@code F(v)} are the pieces that
 * the text before that rest breaks into. Each step either reads a character or emits pieces, hence linear time.
 *
 * <p>Transitions are a double array over classes of {@code char}s: the child of {@code v} by class {@code k} is
 * {@code base(v) + k} if {@code check} of that cell is {@code v}. All in flat {@code int} arrays; matching allocates nothing.
 * Immutable and thread-safe.
 */
public final class WordPieceTrie {

    /** No node: nothing in the vocabulary matches. */
    public static final int NONE = -1;

    /** Where a word begins. */
    public static final int ROOT = 0;

    /** Where a continuing piece begins. */
    public static final int CONTINUATION = 1;

    private static final int CELL = 4;
    private static final int BASE = 0;
    private static final int CHECK = 1;
    private static final int FAIL = 2;
    private static final int POPS = 3;

    /** Class of each {@code char}; 0 = in no piece. */
    private final char[] classes;

    /** {@code base, check, failure link, position of the failure pops} of each node. */
    private final int[] cells;

    /** For each list of failure pops: their number, then id and length in {@code char}s of each. */
    private final int[] pops;

    private WordPieceTrie(char[] classes, int[] cells, int[] pops) {
        this.classes = classes;
        this.cells = cells;
        this.pops = pops;
    }

    /**
     * Builds the trie.
     *
     * @param prefix what marks continuing pieces in the vocabulary, such as {@code ##}
     * @param maxChars pieces longer than this, in code points, can't occur in a word and are left out
     */
    static WordPieceTrie build(Vocabulary vocabulary, String prefix, int maxChars) {
        WordPieceTrieBuilder builder = new WordPieceTrieBuilder();
        for (int id = 0; id < vocabulary.idBound(); id++) {
            String token = vocabulary.token(id);
            if (token == null || vocabulary.id(token) != id) {
                continue;
            }
            if (!token.isEmpty() && token.codePointCount(0, token.length()) <= maxChars) {
                builder.add(ROOT, token, 0, id);
            }
            if (token.startsWith(prefix)
                    && token.length() > prefix.length()
                    && token.codePointCount(prefix.length(), token.length()) <= maxChars) {
                builder.add(CONTINUATION, token, prefix.length(), id);
            }
        }
        return builder.build();
    }

    static WordPieceTrie of(char[] classes, int[] base, int[] check, int[] fail, int[] popsAt, int[] pops) {
        int[] cells = new int[base.length * CELL];
        for (int i = 0; i < base.length; i++) {
            cells[i * CELL + BASE] = base[i];
            cells[i * CELL + CHECK] = check[i];
            cells[i * CELL + FAIL] = fail[i];
            cells[i * CELL + POPS] = popsAt[i];
        }
        return new WordPieceTrie(classes, cells, pops);
    }

    /** The node after {@code node} by {@code c}, or {@link #NONE}. */
    public int next(int node, char c) {
        int target = cells[node * CELL + BASE] + classes[c];
        return cells[target * CELL + CHECK] == node ? target : NONE;
    }

    /** The failure link: the node for what is left of the node's text after its failure pops, or {@link #NONE}. */
    public int fail(int node) {
        return cells[node * CELL + FAIL];
    }

    /** Where {@link #popCount}, {@link #popId} and {@link #popLength} find the node's failure pops. */
    public int pops(int node) {
        return cells[node * CELL + POPS];
    }

    public int popCount(int popsAt) {
        return pops[popsAt];
    }

    public int popId(int popsAt, int index) {
        return pops[popsAt + 1 + 2 * index];
    }

    /** Length of the popped piece in {@code char}s, the continuing prefix not counted. */
    public int popLength(int popsAt, int index) {
        return pops[popsAt + 2 + 2 * index];
    }

    /**
     * Breaks one word into pieces.
     *
     * @param pieces receives id and length in {@code char}s of each piece; must hold {@code 2 * length}
     * @return the number of pieces, or -1 if the word can't be put together from the vocabulary
     */
    public int match(char[] word, int length, int[] pieces) {
        int node = ROOT;
        int count = 0;
        int at = 0;
        while (at < length || node != CONTINUATION) {
            int target = at < length ? next(node, word[at]) : NONE;
            if (target != NONE) {
                node = target;
                at++;
                continue;
            }
            int link = fail(node);
            if (link == NONE) {
                return at == length && node == ROOT ? count : -1;
            }
            int popsAt = pops(node);
            for (int i = 0; i < popCount(popsAt); i++) {
                pieces[2 * count] = popId(popsAt, i);
                pieces[2 * count++ + 1] = popLength(popsAt, i);
            }
            node = link;
        }
        return count;
    }
}
