package io.transformer4j.tokenizers.text;

import java.util.Arrays;

/** A trie over code points whose edges are in one hash table on flat arrays. Built once, then read by any thread. */
public final class CodePointTrie {

    /** No such node, or no value. */
    public static final int NONE = -1;

    /** The node of the empty text. */
    public static final int ROOT = 0;

    private static final long FREE = -1;

    private long[] edges = new long[1 << 10]; // node and code point
    private int[] targets = new int[1 << 10];
    private int[] values = {NONE};
    private int nodes = 1;

    public CodePointTrie() {
        Arrays.fill(edges, FREE);
    }

    /** Sets the value of {@code key}, which must not be negative. */
    public void put(String key, int value) {
        int node = ROOT;
        for (int i = 0; i < key.length(); ) {
            int codePoint = key.codePointAt(i);
            i += Character.charCount(codePoint);
            int next = next(node, codePoint);
            if (next == NONE) {
                next = addNode(node, codePoint);
            }
            node = next;
        }
        values[node] = value;
    }

    private int addNode(int parent, int codePoint) {
        if (2 * nodes > edges.length) {
            grow();
        }
        insert(edge(parent, codePoint), nodes);
        if (nodes == values.length) {
            values = Arrays.copyOf(values, 2 * nodes);
        }
        values[nodes] = NONE;
        return nodes++;
    }

    private void grow() {
        long[] oldEdges = edges;
        int[] oldTargets = targets;
        edges = new long[2 * oldEdges.length];
        targets = new int[edges.length];
        Arrays.fill(edges, FREE);
        for (int i = 0; i < oldEdges.length; i++) {
            if (oldEdges[i] != FREE) {
                insert(oldEdges[i], oldTargets[i]);
            }
        }
    }

    private void insert(long edge, int target) {
        int slot = slot(edge);
        edges[slot] = edge;
        targets[slot] = target;
    }

    private static long edge(int node, int codePoint) {
        return ((long) node << 21) | codePoint;
    }

    private int slot(long edge) {
        int mask = edges.length - 1;
        int slot = (int) ((edge * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (edges[slot] != FREE && edges[slot] != edge) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** The node after {@code node} by {@code codePoint}, or {@link #NONE}. */
    public int next(int node, int codePoint) {
        int slot = slot(edge(node, codePoint));
        return edges[slot] == FREE ? NONE : targets[slot];
    }

    /** What was put for the text that leads to {@code node}, or {@link #NONE}. */
    public int value(int node) {
        return values[node];
    }
}
