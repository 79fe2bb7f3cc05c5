package io.transformer4j.verification;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.attention.SequenceLayout;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A rectangle of tokens of which some are padding, as references have it, and the rows that a model here gets of it: the
 * real tokens only, or all.
 */
final class TokenGrid {
    private final int rows;
    private final int columns;
    private final boolean[] real;
    private final boolean padded;

    private TokenGrid(int rows, int columns, boolean[] real, boolean padded) {
        this.rows = rows;
        this.columns = columns;
        this.real = real;
        this.padded = padded;
    }

    /** The shape of {@code ids}; without {@code mask} all tokens are real. */
    static TokenGrid of(JsonNode ids, @Nullable JsonNode mask) {
        int rows = ids.size();
        int columns = ids.path(0).size();
        boolean[] real = new boolean[rows * columns];
        for (int i = 0; i < real.length; i++) {
            real[i] = mask == null
                    || mask.required(i / columns).required(i % columns).asInt() == 1;
        }
        return new TokenGrid(rows, columns, real, false);
    }

    /** The same rectangle, whose padding the model gets too. */
    TokenGrid withPadding() {
        boolean any = IntStream.range(0, real.length).anyMatch(i -> !real[i]);
        return new TokenGrid(rows, columns, real, any);
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** Whether padding only comes after a row's last token. */
    boolean isPaddedOnTheRight() {
        return IntStream.range(0, real.length).allMatch(i -> i % columns == 0 ? real[i] : !real[i] || real[i - 1]);
    }

    boolean isReal(int row, int column) {
        return real[row * columns + column];
    }

    SequenceLayout layout() {
        if (padded) {
            return SequenceLayout.padded(rows, columns, real);
        }
        return SequenceLayout.of(IntStream.range(0, rows)
                .map(row -> (int) IntStream.range(0, columns)
                        .filter(column -> isReal(row, column))
                        .count())
                .toArray());
    }

    /** What {@code matrix} has for the tokens that the model gets. */
    long[] values(JsonNode matrix) {
        check(
                matrix.size() == rows && matrix.path(0).size() == columns,
                "a matrix of %d x %d does not fit input ids of %d x %d",
                matrix.size(),
                matrix.path(0).size(),
                rows,
                columns);
        return given().mapToLong(
                        i -> matrix.required(i / columns).required(i % columns).asLong())
                .toArray();
    }

    /** For each token that the model gets, the place of the row's next one, or -1 behind its last. */
    int[] followers() {
        int[] given = given().toArray();
        return IntStream.range(0, given.length)
                .map(i -> i + 1 < given.length && given[i] / columns == given[i + 1] / columns ? i + 1 : -1)
                .toArray();
    }

    /** Rows of the model's result that belong to real tokens. */
    long[] comparedRows() {
        int[] given = given().toArray();
        return LongStream.range(0, given.length)
                .filter(i -> real[given[(int) i]])
                .toArray();
    }

    /** The same tokens in a rectangle of {@code width} columns, which may be wider than this one. */
    long[] comparedPlaces(long width) {
        return IntStream.range(0, real.length)
                .filter(i -> real[i])
                .mapToLong(i -> i / columns * width + i % columns)
                .toArray();
    }

    /** Places of the tokens that the model gets, row by row. */
    private IntStream given() {
        return IntStream.range(0, real.length).filter(i -> padded || real[i]);
    }
}
