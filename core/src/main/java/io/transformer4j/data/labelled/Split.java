package io.transformer4j.data.labelled;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/**
 * Rows in two parts.
 *
 * @param train the larger one
 * @param heldOut the rest
 */
public record Split<T>(List<T> train, List<T> heldOut) {
    /** Copies the lists. */
    public Split {
        train = List.copyOf(train);
        heldOut = List.copyOf(heldOut);
    }

    /**
     * Holds out the same share of each class, rounded, but never all of it, and one row of every class that has at least two. Both
     * parts are in random order.
     *
     * @param classOf the class of a row
     * @param fraction share to hold out, in (0, 1)
     */
    public static <T> Split<T> stratified(List<T> rows, Function<T, String> classOf, double fraction, long seed) {
        if (!(fraction > 0 && fraction < 1)) {
            throw new IllegalArgumentException("the fraction to hold out must be in (0, 1), but is " + fraction);
        }
        Map<String, List<T>> classes = new LinkedHashMap<>();
        rows.forEach(row -> classes.computeIfAbsent(classOf.apply(row), name -> new ArrayList<>())
                .add(row));
        Random random = new Random(seed);
        List<T> train = new ArrayList<>();
        List<T> heldOut = new ArrayList<>();
        for (List<T> members : classes.values()) {
            Collections.shuffle(members, random);
            long wanted = Math.max(1, Math.round(fraction * members.size()));
            int count = (int) Math.min(members.size() - 1, wanted);
            heldOut.addAll(members.subList(0, count));
            train.addAll(members.subList(count, members.size()));
        }
        Collections.shuffle(train, random);
        Collections.shuffle(heldOut, random);
        return new Split<>(train, heldOut);
    }
}
