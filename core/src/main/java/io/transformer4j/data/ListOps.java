package io.transformer4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Nested operations on lists of digits (Nangia and Bowman 2018), long ones as in Long Range Arena (Tay et al. 2021, §2.2.1):
 * {@code [MAX 4 3 [MIN 2 3 ] 1 0 ]} is 4. Every digit may decide the result, near or far. Expressions are drawn as there: a
 * node is an operation with probability 1/4, with 2 to {@code maxArguments} arguments, until {@code maxDepth}; those that
 * are too short or too long are drawn again.
 *
 * @param minLength fewest tokens of an expression
 * @param maxLength most tokens of an expression
 * @param maxDepth most operations inside each other
 * @param maxArguments most arguments of an operation, at least 2
 */
public record ListOps(int minLength, int maxLength, int maxDepth, int maxArguments) {
    /** Long Range Arena's. */
    public static final ListOps LONG_RANGE_ARENA = new ListOps(500, 2000, 10, 10);

    /** Number of different results. */
    public static final int CLASSES = 10;

    private static final double OPERATION_PROBABILITY = 0.25;
    private static final List<String> OPERATORS = List.of("[MIN", "[MAX", "[MED", "[SM");
    private static final String END = "]";

    /** What each id of an expression stands for: ten digits, the operators, and the end of a list. */
    public static final List<String> VOCABULARY = vocabulary();

    private static final Map<String, Integer> IDS = IntStream.range(0, VOCABULARY.size())
            .boxed()
            .collect(Collectors.toUnmodifiableMap(VOCABULARY::get, id -> id));

    /** Checks the sizes. */
    public ListOps {
        if (minLength < 1 || maxLength < minLength || maxDepth < 1 || maxArguments < 2) {
            throw new IllegalArgumentException("ListOps need 1 <= minLength (" + minLength + ") <= maxLength ("
                    + maxLength + "), maxDepth (" + maxDepth + ") >= 1 and maxArguments (" + maxArguments + ") >= 2");
        }
    }

    private static List<String> vocabulary() {
        List<String> tokens = new ArrayList<>();
        for (int digit = 0; digit < CLASSES; digit++) {
            tokens.add(Integer.toString(digit));
        }
        tokens.addAll(OPERATORS);
        tokens.add(END);
        return List.copyOf(tokens);
    }

    /**
     * An expression and its value.
     *
     * @param tokens ids in {@link #VOCABULARY}; not copied
     * @param value in [0, 10)
     */
    @SuppressWarnings("ArrayRecordComponent") // plain arrays are the purpose of this type
    public record Expression(int[] tokens, int value) {
        /** As it is written in data sets, without their marks of a binary tree. */
        @Override
        public String toString() {
            return Arrays.stream(tokens).mapToObj(VOCABULARY::get).collect(Collectors.joining(" "));
        }
    }

    /** The expression with a number; equal arguments give equal expressions. */
    public Expression get(long seed, long index) {
        SplitMix64 random = new SplitMix64(seed, index);
        while (true) {
            IdBuffer tokens = new IdBuffer(maxLength);
            int value = append(tokens, 1, random);
            if (tokens.size() >= minLength && tokens.size() <= maxLength) {
                return new Expression(tokens.toArray(), value);
            }
        }
    }

    /** Draws a node and what is below it; gives up on the rest once it is too long, since it is then drawn again. */
    private int append(IdBuffer tokens, int depth, SplitMix64 random) {
        boolean operation = depth < maxDepth && random.nextDouble() < OPERATION_PROBABILITY;
        if (!operation || tokens.size() > maxLength) {
            int digit = random.nextInt(CLASSES);
            tokens.add(digit);
            return digit;
        }
        int operator = random.nextInt(OPERATORS.size());
        tokens.add(CLASSES + operator);
        int[] arguments = new int[2 + random.nextInt(maxArguments - 1)];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = append(tokens, depth + 1, random);
        }
        tokens.add(IDS.get(END));
        return apply(operator, arguments);
    }

    private static int apply(int operator, int[] arguments) {
        return switch (OPERATORS.get(operator)) {
            case "[MIN" -> Arrays.stream(arguments).min().orElseThrow();
            case "[MAX" -> Arrays.stream(arguments).max().orElseThrow();
            case "[MED" -> median(arguments);
            default -> Arrays.stream(arguments).sum() % CLASSES;
        };
    }

    /** Of an even number of arguments the mean of the middle two, rounded down. */
    private static int median(int[] arguments) {
        int[] sorted = arguments.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The expression that is written in {@code text}, tokens between spaces; the parentheses of data sets, which only mark a
     * binary tree, are passed over.
     *
     * @throws DataException if it isn't one
     */
    public static Expression parse(String text) {
        List<String> tokens = Arrays.stream(text.strip().split("\\s+"))
                .filter(token -> !token.equals("(") && !token.equals(")"))
                .toList();
        int[] ids = tokens.stream()
                .mapToInt(token -> {
                    Integer id = IDS.get(token);
                    if (id == null) {
                        throw new DataException("a ListOps expression has no token \"" + token + "\"");
                    }
                    return id;
                })
                .toArray();
        Reader reader = new Reader(ids);
        int value = reader.value();
        if (reader.next != ids.length) {
            throw new DataException(
                    "the ListOps expression ends after " + reader.next + " of its " + ids.length + " tokens");
        }
        return new Expression(ids, value);
    }

    private static final class Reader {
        private final int[] ids;
        private int next;

        Reader(int[] ids) {
            this.ids = ids;
        }

        int value() {
            int id = take();
            if (id < CLASSES) {
                return id;
            }
            List<Integer> arguments = new ArrayList<>();
            while (peek() != IDS.get(END)) {
                arguments.add(value());
            }
            take();
            if (id == IDS.get(END) || arguments.isEmpty()) {
                throw new DataException("token " + next + " of the ListOps expression ends a list without arguments");
            }
            return apply(
                    id - CLASSES, arguments.stream().mapToInt(Integer::intValue).toArray());
        }

        private int take() {
            int id = peek();
            next++;
            return id;
        }

        private int peek() {
            if (next == ids.length) {
                throw new DataException("the ListOps expression ends inside a list");
            }
            return ids[next];
        }
    }
}
