package io.transformer4j.tokenizers.trainers;

import java.util.Random;
import java.util.function.Supplier;

/** Lines of words that repeat, as words of a language do. */
final class RandomText implements Supplier<String> {

    private static final String[] SYLLABLES = {"ba", "ko", "tri", "ne", "shu", "al", "or", "é", "中", "x"};
    private final Random random;

    RandomText(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public String get() {
        StringBuilder line = new StringBuilder();
        for (int word = 0; word < 8; word++) {
            for (int i = 0; i <= (int) Math.abs(random.nextGaussian() * 1.5); i++) {
                line.append(SYLLABLES[(int) Math.min(9, Math.abs(random.nextGaussian() * 4))]);
            }
            line.append(word % 3 == 0 ? ", " : " ");
        }
        return line.toString();
    }
}
