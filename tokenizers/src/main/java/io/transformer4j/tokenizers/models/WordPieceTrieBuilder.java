package io.transformer4j.tokenizers.models;

import static io.transformer4j.tokenizers.models.WordPieceTrie.CONTINUATION;
import static io.transformer4j.tokenizers.models.WordPieceTrie.NONE;
import static io.transformer4j.tokenizers.models.WordPieceTrie.ROOT;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Builds a {@link WordPieceTrie} in three steps: a linked trie, failure links in breadth-first order (Song et al. 2021,
 * algorithm 2), and the packing into a double array.
 */
final class WordPieceTrieBuilder {

    private final char[] classes = new char[1 << 16];
    private int classCount = 1; // class 0: in no piece

    // The linked trie: children of a node form a list.
    private int nodes = 2;
    private int[] firstChild = filled(64);
    private int[] nextSibling = filled(64);
    private char[] label = new char[64];
    private int[] token = filled(64);
    private int[] tokenLength = new int[64];

    private static int[] filled(int size) {
        int[] array = new int[size];
        Arrays.fill(array, NONE);
        return array;
    }

    void add(int root, String piece, int from, int id) {
        int node = root;
        for (int i = from; i < piece.length(); i++) {
            char c = piece.charAt(i);
            int child = child(node, c);
            if (child == NONE) {
                child = newNode(c);
                nextSibling[child] = firstChild[node];
                firstChild[node] = child;
            }
            node = child;
        }
        token[node] = id;
        tokenLength[node] = piece.length() - from;
    }

    /** Children of the two roots are many; all other lists are short. */
    private int child(int node, char c) {
        int child = firstChild[node];
        while (child != NONE && label[child] != c) {
            child = nextSibling[child];
        }
        return child;
    }

    private int newNode(char c) {
        if (nodes == label.length) {
            int capacity = 2 * nodes;
            firstChild = grown(firstChild, capacity);
            nextSibling = grown(nextSibling, capacity);
            token = grown(token, capacity);
            tokenLength = Arrays.copyOf(tokenLength, capacity);
            label = Arrays.copyOf(label, capacity);
        }
        if (classes[c] == 0) {
            classes[c] = (char) classCount++;
        }
        label[nodes] = c;
        return nodes++;
    }

    private static int[] grown(int[] array, int capacity) {
        int[] grown = Arrays.copyOf(array, capacity);
        Arrays.fill(grown, array.length, capacity, NONE);
        return grown;
    }

    WordPieceTrie build() {
        int[] order = breadthFirst();
        int[] fail = filled(nodes);
        int[] popsAt = new int[nodes];
        int[] pops = linkFailures(order, fail, popsAt);
        return pack(order, fail, popsAt, pops);
    }

    private int[] breadthFirst() {
        int[] order = new int[nodes];
        order[0] = ROOT;
        order[1] = CONTINUATION;
        int filled = 2;
        for (int i = 0; i < filled; i++) {
            for (int child = firstChild[order[i]]; child != NONE; child = nextSibling[child]) {
                order[filled++] = child;
            }
        }
        return order;
    }

    /** Fills {@code fail} and {@code popsAt}; returns the lists of pops. List 0 is the empty one. */
    private int[] linkFailures(int[] order, int[] fail, int[] popsAt) {
        IntList pops = new IntList();
        pops.add(0);
        IntList current = new IntList();
        for (int parent : order) {
            for (int v = firstChild[parent]; v != NONE; v = nextSibling[v]) {
                if (token[v] != NONE) {
                    fail[v] = CONTINUATION;
                    popsAt[v] = pops.size();
                    pops.add(1);
                    pops.add(token[v]);
                    pops.add(tokenLength[v]);
                    continue;
                }
                current.clear();
                current.addList(pops, popsAt[parent]);
                int link = fail[parent];
                while (link != NONE && child(link, label[v]) == NONE) {
                    current.addList(pops, popsAt[link]);
                    link = fail[link];
                }
                if (link != NONE) {
                    fail[v] = child(link, label[v]);
                    popsAt[v] = pops.size();
                    pops.add(current.size() / 2);
                    pops.addAll(current);
                }
            }
        }
        return pops.toArray();
    }

    private WordPieceTrie pack(int[] order, int[] fail, int[] popsAt, int[] pops) {
        int[] slot = new int[nodes]; // where a node ended up
        int[] base = new int[2 * nodes + 2 * classCount];
        int[] check = filled(base.length);
        BitSet used = new BitSet(base.length);
        used.set(0, 2);
        slot[CONTINUATION] = CONTINUATION;
        int highest = CONTINUATION;
        int firstFree = 2;
        int[] keys = new int[classCount];
        for (int node : order) {
            int children = 0;
            for (int child = firstChild[node]; child != NONE; child = nextSibling[child]) {
                keys[children++] = classes[label[child]];
            }
            if (children == 0) {
                continue; // base 0: any cell reached from there has another check
            }
            Arrays.sort(keys, 0, children);
            firstFree = used.nextClearBit(firstFree);
            int offset = fit(used, keys, children, firstFree);
            if (offset + classCount >= base.length) {
                int capacity = Math.max(2 * base.length, offset + classCount + 1);
                base = Arrays.copyOf(base, capacity);
                check = grown(check, capacity);
            }
            base[slot[node]] = offset;
            for (int child = firstChild[node]; child != NONE; child = nextSibling[child]) {
                int cell = offset + classes[label[child]];
                slot[child] = cell;
                check[cell] = slot[node];
                used.set(cell);
                highest = Math.max(highest, cell);
            }
        }
        int cells = highest + classCount + 1;
        int[] failBySlot = filled(cells);
        int[] popsBySlot = new int[cells];
        for (int node = 0; node < nodes; node++) {
            failBySlot[slot[node]] = fail[node] == NONE ? NONE : slot[fail[node]];
            popsBySlot[slot[node]] = popsAt[node];
        }
        return WordPieceTrie.of(
                classes, Arrays.copyOf(base, cells), grownOrCut(check, cells), failBySlot, popsBySlot, pops);
    }

    private static int[] grownOrCut(int[] array, int size) {
        return size <= array.length ? Arrays.copyOf(array, size) : grown(array, size);
    }

    /** The first offset at which the cells of all {@code keys} are free. */
    private static int fit(BitSet used, int[] keys, int count, int firstFree) {
        for (int cell = firstFree; ; cell = used.nextClearBit(cell + 1)) {
            int offset = cell - keys[0];
            if (offset < 0) {
                continue;
            }
            int k = 1;
            while (k < count && !used.get(offset + keys[k])) {
                k++;
            }
            if (k == count) {
                return offset;
            }
        }
    }

    /** A growing array of ints. */
    private static final class IntList {

        private int[] values = new int[256];
        private int size;

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        /** Appends the pops of the list at {@code at} of {@code source}, without their number. */
        void addList(IntList source, int at) {
            int count = source.values[at];
            for (int i = 1; i <= 2 * count; i++) {
                add(source.values[at + i]);
            }
        }

        void addAll(IntList other) {
            for (int i = 0; i < other.size; i++) {
                add(other.values[i]);
            }
        }

        int size() {
            return size;
        }

        void clear() {
            size = 0;
        }

        int[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
