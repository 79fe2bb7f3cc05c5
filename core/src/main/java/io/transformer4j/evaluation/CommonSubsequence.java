package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A longest common subsequence of two lists of words. */
final class CommonSubsequence {
    private final List<String> first;
    private final List<String> second;
    private final int[][] lengths; // of the first i and the first j words

    CommonSubsequence(List<String> first, List<String> second) {
        this.first = first;
        this.second = second;
        lengths = new int[first.size() + 1][second.size() + 1];
        for (int i = 1; i <= first.size(); i++) {
            for (int j = 1; j <= second.size(); j++) {
                lengths[i][j] = first.get(i - 1).equals(second.get(j - 1))
                        ? lengths[i - 1][j - 1] + 1
                        : Math.max(lengths[i - 1][j], lengths[i][j - 1]);
            }
        }
    }

    int length() {
        return lengths[first.size()][second.size()];
    }

    /** Where its words stand in the first list; of several such subsequences, the one that rouge-score finds. */
    List<Integer> places() {
        List<Integer> places = new ArrayList<>();
        int i = first.size();
        int j = second.size();
        while (i > 0 && j > 0) {
            if (first.get(i - 1).equals(second.get(j - 1))) {
                places.add(i - 1);
                i--;
                j--;
            } else if (lengths[i][j - 1] > lengths[i - 1][j]) {
                j--;
            } else {
                i--;
            }
        }
        Collections.reverse(places);
        return places;
    }
}
